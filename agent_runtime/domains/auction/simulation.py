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

_WORKS = (
    ("Harbour at Five, No. 3", 900),
    ("Study for a Quiet Machine", 2400),
    ("The Glass Orchard", 650),
    ("Self-Portrait as Weather", 4200),
    ("Nine Small Doors", 380),
    ("Salt Ledger", 1500),
    ("Paper Lighthouse", 720),
    ("Field Notes in Vermilion", 3100),
)
_BIDDERS = (
    "amber_heron",
    "north_kiln",
    "july_static",
    "velvet_ox",
    "the_lamplighter",
    "kestrel9",
    "mint_folio",
    "ohm_sweet_ohm",
)
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
class Show:
    """What to simulate. The same show gives the same happenings, ids included."""

    seed: str = "0"
    lots: int = 3
    lot_seconds: float = 40.0
    pause_seconds: float = 4.0
    currency: str = "USD"
    began: datetime = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Lot:
    """The lot that is on: who leads, at what price, how long it lasts."""

    id: str
    title: str
    item_id: str
    started: float
    ends: float
    reserve: Decimal
    step: Decimal
    limits: dict[str, Decimal]
    price: Decimal = Decimal(0)
    leader: str = ""
    leading_bid: str | None = None
    extensions: int = 0
    called: set[int] = field(default_factory=set)


def happenings(show: Show) -> Iterator[Happening]:
    """Everything that happens in the show, in order."""
    random = Random(f"show {show.seed}")
    works = list(_WORKS)
    random.shuffle(works)
    campaign, now = _uuid(random), 0.0
    for number in range(show.lots):
        title, estimate = works[number % len(works)]
        lot = _new_lot(show, random, title, estimate, now)
        yield from _lot(show, random, lot, campaign)
        now = lot.ends + _WINNER_AFTER_S + show.pause_seconds


def envelope_of(happening: Happening, show: Show, number: int) -> Envelope:
    """The happening as an engine publishes it; ids follow from the seed and the number."""
    moment = show.began + timedelta(seconds=happening.at)
    return Envelope(
        id=_uuid(Random(f"event {show.seed} {show.began.isoformat()} {number}")),
        timestamp=int(moment.timestamp() * 1000),
        type=happening.type,
        source="auction-engine",
        data=happening.data,
    )


def _new_lot(show: Show, random: Random, title: str, estimate: int, now: float) -> _Lot:
    step = Decimal(max(5, estimate // 20 // 5 * 5))
    limits = {name: Decimal(int(estimate * random.uniform(0.4, 1.6))) for name in random.sample(_BIDDERS, 5)}
    return _Lot(
        id=_uuid(random),
        title=title,
        item_id=_uuid(random),
        started=now,
        ends=now + show.lot_seconds,
        reserve=Decimal(int(estimate * random.uniform(0.5, 0.8))),
        step=step,
        limits=limits,
    )


def _lot(show: Show, random: Random, lot: _Lot, campaign: str) -> Iterator[Happening]:
    data = {
        "auctionId": lot.id,
        "campaignId": campaign,
        "artItemId": lot.item_id,
        "artItemName": lot.title,
        "startTime": _iso(show, lot.started),
        "endTime": _iso(show, lot.ends),
        "reservePrice": amount_text(lot.reserve),
        "minBidIncrement": amount_text(lot.step),
        "currency": show.currency,
    }
    yield Happening(lot.started, "auction:start", data)
    now = lot.started + random.uniform(1.0, 3.0)
    while now < lot.ends - _LATEST_BID_S:
        yield from _ticks_before(show, lot, now)
        yield from _bid(show, random, lot, now)
        now += random.expovariate(1 / 2.2) + 0.3
    yield from _ticks_before(show, lot, lot.ends)
    yield from _hammer(show, lot)


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
    willing = [name for name, limit in sorted(lot.limits.items()) if name != lot.leader and limit >= floor]
    if not willing:
        return
    name = random.choice(willing)
    leap = random.choice((1, 1, 1, 1, 1, 2, 4))
    amount = max(floor, min(floor + lot.step * (leap - 1), lot.limits[name]))
    too_low = bool(lot.leader) and random.random() < 0.06
    amount = lot.price if too_low else amount
    bid_id, user_id = _uuid(random), _uuid(Random(f"bidder {name}"))
    bid = {"bidId": bid_id, "auctionId": lot.id, "userId": user_id, "amount": amount_text(amount)}
    placed = {**bid, "twitterHandle": name, "currency": show.currency, "timestamp": _iso(show, now)}
    yield Happening(now, "auction:bid:placed", placed)
    decided = now + _ACCEPTED_AFTER_S
    if too_low:
        yield Happening(decided, "auction:bid:rejected", {**bid, "reason": "TOO_LOW"})
        return
    yield Happening(
        decided,
        "auction:bid:accepted",
        {**bid, "isHighestBid": True, "previousHighestBidId": lot.leading_bid},
    )
    before, lot.price, lot.leader, lot.leading_bid = lot.price, amount, name, bid_id
    yield _priced(show, lot, before, now + _PRICED_AFTER_S)
    if lot.ends - now < _OVERTIME_WINDOW_S and lot.extensions < _MOST_EXTENSIONS:
        lot.extensions += 1
        lot.ends = now + _OVERTIME_S
        at = now + _PRICED_AFTER_S
        yield Happening(at, "auction:extended", {"auctionId": lot.id, "extendedEndTime": _iso(show, lot.ends)})
        yield _timer(show, lot, at)


def _priced(show: Show, lot: _Lot, before: Decimal, at: float) -> Happening:
    data = {
        "auctionId": lot.id,
        "currentPrice": amount_text(lot.price),
        "previousPrice": amount_text(before) if before else None,
        "timestamp": _iso(show, at),
    }
    return Happening(at, "auction:price:updated", data)


def _hammer(show: Show, lot: _Lot) -> Iterator[Happening]:
    is_sold = bool(lot.leader) and lot.price >= lot.reserve
    end: dict[str, Any] = {"auctionId": lot.id, "endTime": _iso(show, lot.ends)}
    if not is_sold:
        yield Happening(lot.ends, "auction:end", {**end, "status": "NO_BIDS"})
        return
    sold = {"winningBidId": lot.leading_bid, "finalPrice": amount_text(lot.price), "status": "COMPLETED"}
    yield Happening(lot.ends, "auction:end", {**end, **sold})
    winner = {
        "auctionId": lot.id,
        "bidId": lot.leading_bid,
        "userId": _uuid(Random(f"bidder {lot.leader}")),
        "twitterHandle": lot.leader,
        "amount": amount_text(lot.price),
        "currency": show.currency,
        "artItemId": lot.item_id,
    }
    yield Happening(lot.ends + _WINNER_AFTER_S, "auction:winner", winner)


def _iso(show: Show, seconds: float) -> str:
    return iso(show.began + timedelta(seconds=seconds))


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))
