"""An auction engine in miniature: seeded lots, bidders with limits, overtime. Pure: it only tells what happens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from agent_runtime.core.clock import iso
from agent_runtime.core.events import Envelope
from agent_runtime.core.money import amount_text

_BIDDERS_A_LOT = 5
_ACCEPTED_AFTER_S = 0.04
_PRICED_AFTER_S = 0.06
_WINNER_AFTER_S = 0.2
_OVERTIME_WINDOW_S = 5.0
_OVERTIME_S = 10.0
_LATEST_BID_S = 0.2
_MOST_EXTENSIONS = 2
_CALLS = (60, 30, 10)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event and when it is published, in seconds from the start of the simulation."""

    at: float
    type: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """Something to sell: `estimate` is what it should fetch, in ticks of the show."""

    item_id: str
    title: str
    estimate: int


@dataclass(frozen=True, slots=True)
class Bidder:
    """Somebody who bids."""

    user_id: str
    handle: str


@dataclass(frozen=True, slots=True)
class Show:
    """What to simulate: `works` are sold in their order, from the first again when there are more lots than works.

    Amounts are whole ticks of `tick`. The first lot opens `lead_seconds` after `began`. The same show gives the same
    happenings, ids included; begun at another moment it is the same show with ids of its own.
    """

    works: tuple[Work, ...]
    bidders: tuple[Bidder, ...]
    campaign_id: str
    seed: str = "0"
    lots: int = 3
    lot_seconds: float = 40.0
    pause_seconds: float = 4.0
    lead_seconds: float = 0.0
    currency: str = "ETH"
    tick: Decimal = Decimal("0.01")
    began: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def identifier(self, of: str) -> str:
        """The id of something in this show, a UUID."""
        random = Random(f"{self.seed} {self.began.isoformat()} {of}")
        return str(UUID(int=random.getrandbits(128), version=4))

    @property
    def lot_ids(self) -> tuple[str, ...]:
        """The lots in their order."""
        return tuple(self.identifier(f"lot {number}") for number in range(self.lots))

    def moment(self, seconds: float) -> datetime:
        """When it is so many seconds into the show."""
        return self.began + timedelta(seconds=seconds)

    def money(self, ticks: int) -> str:
        """An amount as it goes over the wire."""
        return amount_text(self.tick * ticks)


@dataclass(slots=True)
class _Lot:
    """The lot that is on: who leads, at what price, how long it lasts. Amounts are in ticks."""

    number: int
    id: str
    work: Work
    started: float
    ends: float
    reserve: int
    step: int
    limits: dict[Bidder, int]
    price: int = 0
    leader: Bidder | None = None
    leading_bid: str | None = None
    bids: int = 0
    extensions: int = 0
    called: set[int] = field(default_factory=set)


def happenings(show: Show) -> Iterator[Happening]:
    """Everything that happens in the show, in order."""
    random, now = Random(f"show {show.seed}"), show.lead_seconds
    for number in range(show.lots):
        lot = _new_lot(show, random, number, now)
        yield from _lot(show, random, lot)
        now = lot.ends + _WINNER_AFTER_S + show.pause_seconds


def envelope_of(happening: Happening, show: Show, number: int | str, source: str = "auction-engine") -> Envelope:
    """The happening as it is published; its id follows from the show and the number."""
    return Envelope(
        id=show.identifier(f"event {number}"),
        timestamp=int(show.moment(happening.at).timestamp() * 1000),
        type=happening.type,
        source=source,
        data=happening.data,
    )


def _new_lot(show: Show, random: Random, number: int, now: float) -> _Lot:
    work = show.works[number % len(show.works)]
    there = random.sample(show.bidders, min(_BIDDERS_A_LOT, len(show.bidders)))
    return _Lot(
        number=number,
        id=show.identifier(f"lot {number}"),
        work=work,
        started=now,
        ends=now + show.lot_seconds,
        reserve=int(work.estimate * random.uniform(0.5, 0.8)),
        step=max(1, work.estimate // 20),
        limits={bidder: int(work.estimate * random.uniform(0.4, 1.6)) for bidder in there},
    )


def _lot(show: Show, random: Random, lot: _Lot) -> Iterator[Happening]:
    yield _opening(show, lot)
    now = lot.started + random.uniform(1.0, 3.0)
    while now < lot.ends - _LATEST_BID_S:
        yield from _ticks_before(show, lot, now)
        yield from _bid(show, random, lot, now)
        now += random.expovariate(1 / 2.2) + 0.3
    yield from _ticks_before(show, lot, lot.ends)
    yield from _hammer(show, lot)


def _opening(show: Show, lot: _Lot) -> Happening:
    data = {
        "auctionId": lot.id,
        "campaignId": show.campaign_id,
        "artItemId": lot.work.item_id,
        "artItemName": lot.work.title,
        "startTime": _iso(show, lot.started),
        "endTime": _iso(show, lot.ends),
        "reservePrice": show.money(lot.reserve),
        "minBidIncrement": show.money(lot.step),
        "currency": show.currency,
    }
    return Happening(lot.started, "auction:start", data)


def _ticks_before(show: Show, lot: _Lot, now: float) -> Iterator[Happening]:
    """The countdown's calls that fall due before `now`."""
    for call in _CALLS:
        due = lot.ends - call
        if call not in lot.called and lot.started < due <= now:
            lot.called.add(call)
            yield _timer(show, lot, due)


def _timer(show: Show, lot: _Lot, now: float) -> Happening:
    data = {
        "auctionId": lot.id,
        "timeRemaining": round(lot.ends - now),
        "isExtended": lot.extensions > 0,
        "extensionCount": lot.extensions,
        "timestamp": _iso(show, now),
    }
    return Happening(now, "auction:timer:updated", data)


def _bid(show: Show, random: Random, lot: _Lot, now: float) -> Iterator[Happening]:
    floor = lot.price + lot.step if lot.leader else lot.step * 4
    willing = [who for who, limit in lot.limits.items() if who != lot.leader and limit >= floor]
    if not willing:
        return
    who, leap = random.choice(willing), random.choice((1, 1, 1, 1, 1, 2, 4))
    is_too_low = lot.leader is not None and random.random() < 0.06
    amount = lot.price if is_too_low else max(floor, min(floor + lot.step * (leap - 1), lot.limits[who]))
    lot.bids += 1
    bid_id = show.identifier(f"bid {lot.bids} on lot {lot.number}")
    bid = {"bidId": bid_id, "auctionId": lot.id, "userId": who.user_id, "amount": show.money(amount)}
    placed = {**bid, "twitterHandle": who.handle, "currency": show.currency, "timestamp": _iso(show, now)}
    yield Happening(now, "auction:bid:placed", placed)
    if is_too_low:
        yield Happening(now + _ACCEPTED_AFTER_S, "auction:bid:rejected", {**bid, "reason": "TOO_LOW"})
        return
    accepted = {**bid, "isHighestBid": True, "previousHighestBidId": lot.leading_bid}
    yield Happening(now + _ACCEPTED_AFTER_S, "auction:bid:accepted", accepted)
    before, lot.price, lot.leader, lot.leading_bid = lot.price, amount, who, bid_id
    yield _priced(show, lot, before, now + _PRICED_AFTER_S)
    yield from _overtime(show, lot, now)


def _priced(show: Show, lot: _Lot, before: int, at: float) -> Happening:
    data = {
        "auctionId": lot.id,
        "currentPrice": show.money(lot.price),
        "previousPrice": show.money(before) if before else None,
        "timestamp": _iso(show, at),
    }
    return Happening(at, "auction:price:updated", data)


def _overtime(show: Show, lot: _Lot, now: float) -> Iterator[Happening]:
    """More time, when the bid of `now` came late."""
    if lot.ends - now >= _OVERTIME_WINDOW_S or lot.extensions >= _MOST_EXTENSIONS:
        return
    lot.extensions += 1
    lot.ends = now + _OVERTIME_S
    at = now + _PRICED_AFTER_S
    yield Happening(at, "auction:extended", {"auctionId": lot.id, "extendedEndTime": _iso(show, lot.ends)})
    yield _timer(show, lot, at)


def _hammer(show: Show, lot: _Lot) -> Iterator[Happening]:
    end: dict[str, Any] = {"auctionId": lot.id, "endTime": _iso(show, lot.ends)}
    if lot.leader is None or lot.price < lot.reserve:
        yield Happening(lot.ends, "auction:end", {**end, "status": "NO_BIDS"})
        return
    sold = {"winningBidId": lot.leading_bid, "finalPrice": show.money(lot.price), "status": "COMPLETED"}
    yield Happening(lot.ends, "auction:end", {**end, **sold})
    winner = {
        "auctionId": lot.id,
        "bidId": lot.leading_bid,
        "userId": lot.leader.user_id,
        "twitterHandle": lot.leader.handle,
        "amount": show.money(lot.price),
        "currency": show.currency,
        "artItemId": lot.work.item_id,
    }
    yield Happening(lot.ends + _WINNER_AFTER_S, "auction:winner", winner)


def _iso(show: Show, seconds: float) -> str:
    return iso(show.moment(seconds))
