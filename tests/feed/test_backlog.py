"""The backlog: in order, but in a storm the newest first, and an outcome before everything it does not need."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from agent_runtime.core.events import Envelope
from agent_runtime.domains.auction import AUCTION
from agent_runtime.feed.backlog import MOST_BYTES, MUCH, Backlog
from tests.domains.streams import LOT, Engine, Fold
from tests.waiting import beside, until

CHANNEL = "events:auction"


@dataclass
class Ear:
    """What was handed on, in order."""

    heard: list[bytes] = field(default_factory=list)

    def hear(self, _channel: str, raw: bytes) -> None:
        self.heard.append(raw)

    def places(self, *envelopes: Envelope) -> list[int]:
        return [self.heard.index(each.as_json()) for each in envelopes]


def backlog_of(ear: Ear) -> Backlog:
    return Backlog(ear.hear, AUCTION.hurry)


def put(backlog: Backlog, envelopes: Iterable[Envelope]) -> None:
    for envelope in envelopes:
        backlog.put(CHANNEL, envelope.as_json())


async def everything(backlog: Backlog) -> None:
    async with beside(backlog.run):
        await until(lambda: not len(backlog))


def bids(engine: Engine, count: int, *, lot: str = LOT, since: float = 1.0) -> list[Envelope]:
    made = [engine.bid(since + number / 100, f"u{number % 5}", str(5 * number), lot=lot) for number in range(1, count)]
    return [envelope for bid in made for envelope in bid]


async def test_a_few_messages_are_taken_in_as_they_came() -> None:
    ear, engine = Ear(), Engine()
    backlog = backlog_of(ear)
    sent = [engine.start(), *bids(engine, 20)]
    put(backlog, sent)
    assert ear.heard == []
    await everything(backlog)
    assert ear.heard == [each.as_json() for each in sent]


async def test_what_comes_while_others_wait_is_taken_in_after_them() -> None:
    ear, engine = Ear(), Engine()
    backlog = backlog_of(ear)
    async with beside(backlog.run):
        put(backlog, [engine.start()])
        await until(lambda: len(ear.heard) == 1)
        put(backlog, bids(engine, 3))
        await until(lambda: len(ear.heard) == 7)


async def test_in_a_storm_everything_is_taken_in_once() -> None:
    ear, engine = Ear(), Engine()
    backlog = backlog_of(ear)
    sent = [engine.start(), engine.start(lot="other"), *bids(engine, 400), *bids(engine, 300, lot="other")]
    put(backlog, sent)
    await everything(backlog)
    assert sorted(ear.heard) == sorted(each.as_json() for each in sent)
    assert len(backlog) == 0


async def test_in_a_storm_the_newest_bid_and_price_are_taken_in_first() -> None:
    ear, engine = Ear(), Engine()
    backlog = backlog_of(ear)
    put(backlog, [engine.start()])
    await everything(backlog)
    sent = bids(engine, MUCH)
    put(backlog, sent)
    await everything(backlog)
    assert max(ear.places(*sent[-3:])) <= 12


async def test_an_outcome_goes_before_the_bids_that_wait_with_the_newest_of_them_before_it() -> None:
    ear, engine = Ear(), Engine()
    backlog = backlog_of(ear)
    put(backlog, [engine.start()])
    await everything(backlog)
    storm = bids(engine, 1000)
    end, winner = engine.end(20, winningBidId="b"), engine.winner(20, "u4", "4995")
    put(backlog, [*storm, end, winner])
    assert ear.heard[-2:] == [end.as_json(), winner.as_json()]
    assert ear.places(storm[-3], storm[-1]) < ear.places(end, winner)
    assert backlog.overtaken(LOT) == len(storm)
    await everything(backlog)
    assert sorted(ear.heard) == sorted(each.as_json() for each in (Engine().start(), *storm, end, winner))


async def test_an_outcome_does_not_go_before_the_start_of_its_lot() -> None:
    ear, engine = Ear(), Engine()
    backlog = backlog_of(ear)
    sent = [engine.start(), *bids(engine, 20), engine.end(20, "NO_BIDS")]
    put(backlog, sent)
    await everything(backlog)
    assert ear.heard == [each.as_json() for each in sent]


async def test_an_outcome_goes_before_whatever_waits_of_other_lots() -> None:
    ear, engine = Ear(), Engine()
    backlog = backlog_of(ear)
    put(backlog, [engine.start(lot="other"), *bids(engine, 500, lot="other")])
    end = engine.end(20, "NO_BIDS")
    put(backlog, [end])
    assert ear.heard == [end.as_json()]
    assert backlog.overtaken(LOT) == 0
    await everything(backlog)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"{", b'{"type": "auction:end"', b'"auctionId": "x"', b'{"auctionId": 7}', b"x" * 70_000]
)
async def test_what_cannot_be_read_is_handed_on_like_everything_else(raw: bytes) -> None:
    ear = Ear()
    backlog = backlog_of(ear)
    backlog.put(CHANNEL, raw)
    await everything(backlog)
    assert ear.heard == [raw]


async def test_what_waits_is_bounded() -> None:
    backlog = backlog_of(Ear())
    message = b"x" * 60_000
    while backlog.has_room:
        backlog.put(CHANNEL, message)
    assert len(backlog) == MOST_BYTES // len(message) + 1
    await everything(backlog)
    assert backlog.has_room


def test_bids_that_an_end_has_overtaken_are_counted_and_change_no_result() -> None:
    engine = Engine()
    start, storm = engine.start(), [engine.bid(1 + n, f"u{n}", str(5 * n)) for n in range(1, 6)]
    end = engine.end(20, winningBidId=f"bid-{LOT}-u5-25")
    fold = Fold().take(start, *storm[0], *storm[4], end, *storm[1], *storm[2], *storm[3])
    assert fold.lot is not None
    assert (fold.lot.bidding.count, len(fold.lot.bidding.bidders)) == (5, 5)
    settled = AUCTION.settle(fold.lot, 21).hammer
    assert settled is not None
    assert (settled.outcome, settled.price, settled.bidder) == ("sold", Decimal(25), "the_u5")
    assert all(not each.cues for each in fold.appraisals[-9:])
