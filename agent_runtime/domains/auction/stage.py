"""What may be known of a lot: the facts phrases, prompts and scenes are filled from. No reserve, no maximum."""

from functools import lru_cache
from itertools import pairwise
from math import exp

from agent_runtime.core.domain import Slot, Stage, Tension
from agent_runtime.core.money import Money
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.project import pace_at, settled

_URGENCY_S = 12.0
_RECENT = 6
_LAST_CALL = 10
_SHORT_TITLE = 24
_UNTITLED = "the lot"


def stage(lot: Lot, now: float) -> Stage:
    """The lot as it may be shown at `now` (monotonic seconds)."""
    lot = settled(lot, now)
    hammer, bidding = lot.hammer, lot.bidding
    remaining = _remaining(lot, now)
    waits = hammer.decides_at if hammer is not None else bidding.settles_at
    return Stage(
        subject=lot.id,
        title=lot.title or _UNTITLED,
        is_open=lot.is_open,
        is_last_call=lot.is_open and _LAST_CALL in lot.countdown.called,
        slots=_slots(lot, remaining),
        as_of=bidding.leader.bid_id if bidding.leader else None,
        settles_at=waits,
        ends_at=lot.countdown.ends_at if lot.is_open else None,
        bid_count=bidding.count,
        tension=_tension(lot, remaining, now),
        outcome=hammer.outcome if hammer is not None else None,
        campaign=lot.campaign,
    )


def _slots(lot: Lot, remaining: float | None) -> dict[str, Slot]:
    title = lot.title or _UNTITLED
    slots: dict[str, Slot] = {"title": title, "lot": title if len(title) <= _SHORT_TITLE else _shortened(title)}
    currency, hammer, leader = lot.price.currency, lot.hammer, lot.bidding.leader
    if hammer is not None:
        if hammer.outcome == "sold":
            slots["bidder"] = hammer.bidder or "a bidder"
            if hammer.price is not None:
                slots["amount"] = Money(hammer.price, currency)
        return slots
    lacks = lot.bidding.lacks
    if lot.price.current is not None and lacks != "price":
        slots["amount"] = Money(lot.price.current, currency)
        if lot.price.increment is not None:
            slots["next"] = Money(lot.price.current + lot.price.increment, currency)
    if leader is not None and lacks != "bidder":
        slots["bidder"] = leader.name
    if lot.bidding.loser is not None and lacks != "bidder":
        slots["loser"] = lot.bidding.loser
    if remaining is not None:
        slots["seconds"] = round(remaining)
    return slots


def _shortened(title: str) -> str:
    cut = title[:_SHORT_TITLE].rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:-")


def _remaining(lot: Lot, now: float) -> float | None:
    ends_at = lot.countdown.ends_at
    return None if ends_at is None else max(0.0, ends_at - now)


def _tension(lot: Lot, remaining: float | None, now: float) -> Tension:
    if not lot.is_open:
        return Tension()
    pace = pace_at(lot.bidding.pace, lot.bidding.pace_at, now)
    return Tension(pace, rivalry(lot), urgency(remaining))


def urgency(remaining: float | None) -> float:
    """Q = e^(-remaining / 12 s), 0 when nobody knows how long."""
    return 0.0 if remaining is None else exp(-max(0.0, remaining) / _URGENCY_S)


def rivalry(lot: Lot) -> float:
    """R: the share of the last six bids that alternate between two bidders, 0 to 1."""
    return _alternating(lot.bidding.recent)


@lru_cache(maxsize=2048)
def _alternating(recent: tuple[str, ...]) -> float:
    """Asked for again whenever anybody looks at the lot, and only different after a bid."""
    if len(recent) < _RECENT:
        return 0.0
    pair = set(recent[-2:])
    turns = sum(1 for a, b in pairwise(recent) if a != b and {a, b} == pair)
    return turns / (_RECENT - 1)
