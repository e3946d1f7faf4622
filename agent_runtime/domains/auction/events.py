"""The nine `auction:*` events, typed: what the wire says, checked once; newer engines say `lot:*` for some."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from agent_runtime.core.domain import Hurry
from agent_runtime.core.events import Envelope, is_identifier
from agent_runtime.core.money import Amount, Currency
from agent_runtime.core.text import plain
from agent_runtime.core.wire import Event, Identifier, Moment, Name, Seconds, by_type, read
from agent_runtime.domains.auction.found import LotFound


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("a bid is more than zero")
    return value


def _if_legible(value: Any, checked: ValidatorFunctionWrapHandler) -> Any:
    try:
        return checked(value)
    except ValidationError:
        return None


BidAmount = Annotated[Amount, AfterValidator(_positive)]
Title = Annotated[str, BeforeValidator(lambda value: plain(value, 80) if isinstance(value, str) else "")]


class _Event(Event):
    auction_id: Identifier


class LotStarted(_Event):
    type: Literal["auction:start"]
    campaign_id: Identifier | None = None
    art_item_id: Identifier | None = None
    start_time: Moment
    end_time: Moment
    reserve_price: Amount | None = None
    currency: Currency = ""
    art_item_name: Title = ""
    min_bid_increment: Amount | None = None


class LotEnded(_Event):
    type: Literal["auction:end"]
    end_time: Moment | None = None
    winning_bid_id: Identifier | None = None
    final_price: Amount | None = None
    status: Literal["COMPLETED", "CANCELLED", "NO_BIDS"]


class BidPlaced(_Event):
    type: Literal["auction:bid:placed"]
    bid_id: Identifier
    user_id: Identifier
    twitter_handle: Name = None
    amount: BidAmount
    currency: Currency = ""


class BidAccepted(_Event):
    type: Literal["auction:bid:accepted"]
    bid_id: Identifier
    user_id: Identifier
    amount: BidAmount
    is_highest_bid: bool
    previous_highest_bid_id: Identifier | None = None


class BidRejected(_Event):
    type: Literal["auction:bid:rejected"]
    bid_id: Identifier
    user_id: Identifier
    amount: BidAmount
    reason: Literal["TOO_LOW", "AUCTION_ENDED", "INVALID_USER", "SYSTEM_ERROR", "OTHER"]
    message: str | None = None


class WinnerNamed(_Event):
    type: Literal["auction:winner"]
    bid_id: Identifier
    user_id: Identifier
    twitter_handle: Name = None
    amount: BidAmount
    currency: Currency = ""
    art_item_id: Identifier | None = None


class PriceUpdated(_Event):
    type: Literal["auction:price:updated"]
    current_price: Amount
    previous_price: Amount | None = None


class TimerUpdated(_Event):
    type: Literal["auction:timer:updated"]
    time_remaining: Seconds
    is_extended: bool = False
    extension_count: int = Field(default=0, ge=0, le=100_000)


class LotExtended(_Event):
    """The platform does not specify its data: what cannot be read is as if it were not there."""

    type: Literal["auction:extended"]
    extended_end_time: Annotated[Moment | None, WrapValidator(_if_legible)] = None


WireEvent = (
    LotStarted
    | LotEnded
    | BidPlaced
    | BidAccepted
    | BidRejected
    | WinnerNamed
    | PriceUpdated
    | TimerUpdated
    | LotExtended
)
AuctionEvent = WireEvent | LotFound
_ALIASES = {
    "lot:start": "auction:start",
    "lot:end": "auction:end",
    "lot:winner": "auction:winner",
    "lot:bid:placed": "auction:bid:placed",
    "lot:bid:accepted": "auction:bid:accepted",
    "lot:bid:rejected": "auction:bid:rejected",
}
_MODELS: Mapping[str, type[WireEvent]] = by_type(*get_args(WireEvent))
EVENT_TYPES: Mapping[str, type[WireEvent]] = {**_MODELS, **{new: _MODELS[old] for new, old in _ALIASES.items()}}

_ENDINGS = (LotEnded, WinnerNamed)
HURRY = Hurry(
    first=frozenset(kind for kind, model in EVENT_TYPES.items() if model in _ENDINGS),
    newest=frozenset(kind for kind, model in EVENT_TYPES.items() if model not in (*_ENDINGS, LotStarted)),
    named_by=("auctionId", "lotId"),
)


def parse(envelope: Envelope) -> WireEvent | None:
    """The typed event in an envelope; None for one that names no lot and need not. Raises BadEvent(bad_data)."""
    if envelope.type in _ALIASES or "lotId" in envelope.data:
        envelope = _as_older_engines_say(envelope)
    model = EVENT_TYPES[envelope.type]
    if model is LotExtended and not is_identifier(envelope.data.get("auctionId")):
        return None
    return read(model, envelope)


def _as_older_engines_say(envelope: Envelope) -> Envelope:
    data = {"auctionId": envelope.data["lotId"], **envelope.data} if "lotId" in envelope.data else envelope.data
    return envelope.model_copy(update={"type": _ALIASES.get(envelope.type, envelope.type), "data": data})
