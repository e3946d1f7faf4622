"""Sequences of events in which everything that can happen to a lot or a campaign happens: recorded, simulated, made."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from agent_runtime.core.events import Envelope, parse_envelope
from agent_runtime.domains import catalogue
from agent_runtime.domains.auction.events import EVENT_TYPES
from agent_runtime.domains.auction.simulation import Bidder, Show, Work, envelope_of, happenings
from tests.docs.catalogue import example
from tests.docs.pages import ROOT
from tests.domains.campaigns import event as told
from tests.domains.campaigns import moment as date
from tests.domains.campaigns import session
from tests.domains.streams import Engine, moment

Scenario = Sequence[Envelope]
_RECORDING = ROOT / "tests" / "data" / "ebay-three-lots.jsonl"
_WORKS = (
    Work("item-1", "Salt Ledger", 60),
    Work("item-2", "Nine Small Doors", 12),
    Work("item-3", "Quiet Machine", 400),
)
_BIDDERS = tuple(Bidder(f"user-{number}", f"handle_{number}") for number in range(6))
_SHOW = Show(_WORKS, _BIDDERS, "campaign-1", seed="1", lots=6, began=datetime(2026, 11, 21, tzinfo=UTC))
_ONE = "campaign-1"


def scenarios() -> Iterator[Scenario]:
    """Each is played to a runtime that knows nothing yet; those of auctions in the words of newer engines too."""
    auctions = (_recorded(), _simulated(), *_by_hand())
    yield from auctions
    yield from ([_as_newer_engines_say(envelope) for envelope in scenario] for scenario in auctions)
    yield from _campaigns()
    yield [_example(kind) for kind in dict.fromkeys(entry.kind for entry in catalogue())]


def _recorded() -> Scenario:
    return [parse_envelope(line, 0) for line in _RECORDING.read_bytes().splitlines()]


def _simulated() -> Scenario:
    return [envelope_of(happening, _SHOW, number) for number, happening in enumerate(happenings(_SHOW))]


def _by_hand() -> Iterator[Scenario]:
    """What neither the recording nor the simulator has."""
    yield _race(Engine())
    yield _late_start(Engine())
    yield _taken_back(Engine())
    yield _priced_by_bids(Engine())
    yield _second_lot(Engine())


def _race(engine: Engine) -> Scenario:
    """Two bid to and fro, the price is corrected, the lot withdrawn; a bid and a price come after that."""
    bids = [engine.bid(1 + number, "ab"[number % 2], str(50 + 5 * number)) for number in range(8)]
    refused = engine.event("bid:rejected", 19, bidId="bid-x", userId="a", amount="50", reason="TOO_LOW")
    return [engine.start(), *chain.from_iterable(bids), refused, engine.priced(20, "60"), engine.end(30, "CANCELLED")]


def _late_start(engine: Engine) -> Scenario:
    """Everything else overtakes the start."""
    bid = "bid-lot-1-ada-50"
    return [
        *engine.bid(1, "ada", "50"),
        engine.event("extended", 2, extendedEndTime=moment(300)),
        engine.timer(9, 10, extensions=3),
        engine.start(10),
        engine.end(11, winningBidId=bid, finalPrice="50"),
        engine.winner(12, "ada", "50", bidId=bid),
    ]


def _taken_back(engine: Engine) -> Scenario:
    """An extension, a sale, another winner, and the sale is withdrawn."""
    return [
        engine.start(),
        *engine.bid(1, "ada", "50"),
        engine.event("extended", 2),
        engine.timer(9, 10, extensions=3),
        engine.winner(12, "ada", "50"),
        engine.winner(13, "bo", "45"),
        engine.end(14, "CANCELLED"),
    ]


def _priced_by_bids(engine: Engine) -> Scenario:
    """No engine names a price: jumps, round figures and the reserve come with the bids; nobody names the winner."""
    bids = [engine.accepted(1 + at, f"bid-{at}", "ab"[at % 2], str(60 + 55 * at)) for at in range(20)]
    leap = engine.accepted(30, "bid-leap", "c", "9000")
    return [engine.start(reservePrice="500"), *bids, leap, engine.end(40, winningBidId="bid-leap")]


def _second_lot(engine: Engine) -> Scenario:
    """A lot that nobody wins, and whoever bid on it comes back for the next one."""
    first = [engine.start(), *engine.bid(1, "ada", "50"), engine.end(30, "NO_BIDS"), engine.winner(31, "ada", "50")]
    second = [engine.start(60, lot="lot-2"), *engine.bid(61, "bo", "50", lot="lot-2")]
    return [*first, *second, *engine.bid(70, "ada", "60", lot="lot-2")]


def _campaigns() -> Iterator[Scenario]:
    """Campaigns and days: first heard of by another event, so that each finds something to change."""
    yield [
        told("campaign:update", 0, campaignId=_ONE, name="Three Evenings", startDate=date(0), status="SCHEDULED"),
        told("campaign:start", 1, campaignId=_ONE, totalDays=3),
        *(session(stage, 10 + number) for number, stage in enumerate(_stages())),
        told("campaign:day:change", 100, campaignId=_ONE, newDay=2, name="Three Evenings"),
        told("campaign:update", 101, campaignId=_ONE, day=3, name="Three Late Evenings", endDate=date(200)),
        told("campaign:end", 200, campaignId=_ONE),
    ]
    yield [session("pre_auction", 0), session("start", 1, "session-2")]


def _stages() -> list[str]:
    return [kind.partition(":")[2] for kind in (entry.kind for entry in catalogue()) if kind.startswith("session:")]


def _example(kind: str) -> Envelope:
    """The example that the page of event types shows."""
    entry = next(entry for entry in catalogue() if entry.kind == kind)
    stamp = int(datetime(2026, 11, 21, 10, tzinfo=UTC).timestamp() * 1000)
    return Envelope(id=f"example-{kind}", timestamp=stamp, type=kind, source="somebody", data=example(entry))


def _as_newer_engines_say(envelope: Envelope) -> Envelope:
    kind = envelope.type.replace("auction:", "lot:")
    if kind not in EVENT_TYPES:
        return envelope
    data = dict(envelope.data)
    return envelope.model_copy(update={"type": kind, "data": {"lotId": data.pop("auctionId"), **data}})
