"""The tables of docs/contract.md: every key with its shape, who reads and writes it and how long it lives."""

from collections.abc import Mapping
from typing import NamedTuple

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.engine_shapes import EngineShape
from agent_runtime.core.limits import Lock, RateLimit
from agent_runtime.core.lots import AuctionBid, AuctionPrice, AuctionState, AuctionTimer
from agent_runtime.core.presence import AgentContext, AgentMood, AgentScene, AgentState, Shape
from agent_runtime.core.streams import StreamMetrics, StreamScene, StreamState
from agent_runtime.live.keys import Expiry, Kind, expiry

Row = tuple[str, ...]
_SIMULATED = "by `simulate` and `demo`, which play the engine"
_STREAMS = "no: which stream shows a lot is learned from `stream:start` and `stream:end`"


class Use(NamedTuple):
    """What a key holds and what the runtime does with it; empty is no."""

    shape: type[Shape] | str
    read: str
    written: str = "no"


USES: Mapping[Kind, Use] = {
    Kind.CAMPAIGN: Use(CampaignState, "on start and after a gap", _SIMULATED),
    Kind.CAMPAIGN_DAY: Use(CampaignDayState, "with its campaign, that of the current day", _SIMULATED),
    Kind.AUCTION: Use(AuctionState, "on start, after a gap, and while the lot is open", _SIMULATED),
    Kind.AUCTION_PRICE: Use(AuctionPrice, "with it, as of one moment", _SIMULATED),
    Kind.AUCTION_BID: Use(AuctionBid, "with it, as of one moment", _SIMULATED),
    Kind.AUCTION_TIMER: Use(AuctionTimer, "with it, as of one moment", _SIMULATED),
    Kind.STREAM: Use(StreamState, _STREAMS),
    Kind.STREAM_SCENE: Use(StreamScene, "no: the picture is the stream manager's"),
    Kind.STREAM_METRICS: Use(StreamMetrics, "no: nothing is told of the encoder"),
    Kind.STREAM_VIEWERS: Use("a count", "no: nothing is told of how many watch"),
    Kind.AGENT: Use(AgentState, "no: it is the only one to write it", "yes"),
    Kind.AGENT_MOOD: Use(AgentMood, "no", "yes"),
    Kind.AGENT_CONTEXT: Use(AgentContext, "no", "yes"),
    Kind.AGENT_SCENE: Use(AgentScene, "no", "yes"),
    Kind.AFFECT: Use("its own, of no fixed form", "on start", "yes"),
    Kind.LOCK: Use(Lock, "no: one runtime tells of a lot; leases between several are not there yet"),
    Kind.RATE_LIMIT: Use(RateLimit, "no: what it limits it counts in its own process"),
}
_PLACES = {Kind.CAMPAIGN_DAY: "{id}:{day}", Kind.LOCK: "{resource}", Kind.RATE_LIMIT: "{resource}:{identifier}"}
_OF_THE_CALLER = {Kind.LOCK: "the lease", Kind.RATE_LIMIT: "the window"}
_OPTIONAL_OF_LOTS: Mapping[type[Shape], frozenset[str]] = {
    AuctionState: frozenset(
        {"campaign_id", "extended_end_time", "reserve_price", "min_bid_increment", "highest_bid_id", "stream_id"}
    ),
    AuctionPrice: frozenset({"previous_price"}),
    AuctionBid: frozenset({"twitter_handle", "wallet_address", "transaction_hash"}),
    AuctionTimer: frozenset(),
}


def keys() -> list[Row]:
    """Every key."""
    rows: list[Row] = [("key", "value", "read by the runtime", "written by the runtime", "lives")]
    for kind in Kind:
        use = USES[kind]
        shape = use.shape if isinstance(use.shape, str) else use.shape.__name__
        rows.append((f"`{kind}:{_PLACES.get(kind, '{id}')}`", shape, use.read, use.written, _life(kind)))
    return rows


def shapes() -> list[Row]:
    """Every shape with its fields."""
    rows: list[Row] = [("shape", "fields")]
    for use in USES.values():
        if not isinstance(use.shape, str):
            rows.append((use.shape.__name__, ", ".join(_fields(use.shape))))
    return rows


def _fields(shape: type[Shape]) -> list[str]:
    optional = shape.OPTIONAL if issubclass(shape, EngineShape) else _OPTIONAL_OF_LOTS.get(shape)
    return [
        f"{field.alias or name}{'?' if name in optional else ''}"
        if optional is not None
        else f"{field.alias or name}{'?' if field.default is None else ''}"
        for name, field in shape.model_fields.items()
    ]


def _life(kind: Kind) -> str:
    if kind in _OF_THE_CALLER:
        return _OF_THE_CALLER[kind]
    seconds = expiry(kind)
    return "for ever" if seconds is None else f"{seconds} s" + (" (a day)" if seconds == Expiry.DAY else "")
