"""What the records tell, as memories: how lots ended, and who has won more than one."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from agent_runtime.core.memory import Memory, PastLot
from agent_runtime.core.money import spoken
from agent_runtime.memory.extracting import memory_id

_LEAST_SOLD, _MOST_SOLD = 0.4, 0.8
_UNSOLD = {"passed": 0.3, "cancelled": 0.2}
_NOTABLE_WINS = 2


def outcome_memories(
    agent_id: str, lots: Sequence[PastLot], now: datetime, locale: str = "en_US"
) -> tuple[Memory, ...]:
    """One memory for each of `lots`; a price weighs by its rank among those in its currency."""
    prices = _prices(lots)
    return tuple(_outcome(agent_id, lot, _importance(lot, prices), now, locale) for lot in lots)


def bidder_memories(agent_id: str, lots: Sequence[PastLot], now: datetime, locale: str = "en_US") -> tuple[Memory, ...]:
    """One memory for everybody who won at least two of `lots` (newest first); a further win changes its words."""
    won: dict[str, list[PastLot]] = defaultdict(list)
    for lot in lots:
        if lot.outcome == "sold" and lot.bidder:
            won[lot.bidder].append(lot)
    return tuple(
        _bidder(agent_id, name, theirs, now, locale) for name, theirs in won.items() if len(theirs) >= _NOTABLE_WINS
    )


def _outcome(agent_id: str, lot: PastLot, importance: float, now: datetime, locale: str) -> Memory:
    return Memory(
        id=memory_id(agent_id, "outcome", lot.auction_id),
        agent_id=agent_id,
        kind="outcome",
        subject=lot.title,
        text=_told(lot, locale),
        importance=importance,
        source_message_id=lot.auction_id,
        created_at=lot.ended_at or now,
    )


def _told(lot: PastLot, locale: str) -> str:
    match lot.outcome:
        case "sold":
            to = f" to {lot.bidder}" if lot.bidder else ""
            price = f" for {spoken(lot.amount, locale)}" if lot.amount else ""
            return f"{lot.title} sold{to}{price}."
        case "passed":
            return f"{lot.title} found no buyer."
        case "cancelled":
            return f"{lot.title} was withdrawn."


def _prices(lots: Sequence[PastLot]) -> dict[str, list[Decimal]]:
    """What lots went for by currency, the lowest first."""
    prices: dict[str, list[Decimal]] = defaultdict(list)
    for price in sorted(lot.amount for lot in lots if lot.amount):
        prices[price.currency].append(price.amount)
    return prices


def _importance(lot: PastLot, prices: Mapping[str, Sequence[Decimal]]) -> float:
    if lot.outcome != "sold":
        return _UNSOLD[lot.outcome]
    price = lot.amount
    if price is None:
        return _LEAST_SOLD
    known = prices[price.currency]
    rank = bisect_right(known, price.amount) / len(known)
    return round(_LEAST_SOLD + (_MOST_SOLD - _LEAST_SOLD) * rank, 3)


def _bidder(agent_id: str, name: str, won: Sequence[PastLot], now: datetime, locale: str) -> Memory:
    last = won[0]
    price = f" for {spoken(last.amount, locale)}" if last.amount else ""
    return Memory(
        id=memory_id(agent_id, "bidder", name),
        agent_id=agent_id,
        kind="bidder",
        subject=name,
        text=f"{name} has won {len(won)} lots, the last {last.title}{price}.",
        importance=min(0.8, 0.4 + 0.1 * len(won)),
        source_message_id=last.auction_id,
        created_at=last.ended_at or now,
    )
