"""The hammer: how a lot ended, told by an end, its winner or the engine's keys; one outcome, whoever tells it."""

from dataclasses import replace
from decimal import Decimal

from agent_runtime.domains.auction.events import LotEnded, WinnerNamed
from agent_runtime.domains.auction.found import LotFound
from agent_runtime.domains.auction.lot import Hammer, Lot

WINNER_WAIT_S = 0.5  # contract §3: wait this long for the winner after an end


def ended(lot: Lot, event: LotEnded, now: float) -> Lot:
    """The lot after an end: decided at once where it says enough, else when the winner has had its time."""
    if lot.hammer is not None and lot.hammer.outcome is not None and not _is_retraction(lot.hammer, event):
        return lot
    hammer = Hammer(ended_at=event.at, bid_id=event.winning_bid_id, price=event.final_price)
    if event.status == "CANCELLED":
        return replace(lot, hammer=replace(hammer, outcome="cancelled"))
    if event.status == "NO_BIDS":
        return replace(lot, hammer=replace(hammer, outcome="passed", price=None))
    leader = lot.bidding.leader
    is_named = leader is not None and leader.bid_id == event.winning_bid_id and leader.user_id in lot.bidding.names
    if event.final_price is not None and leader is not None and is_named:
        return replace(lot, hammer=replace(hammer, outcome="sold", bidder=leader.name))
    return replace(lot, hammer=replace(hammer, decides_at=now + WINNER_WAIT_S))


def _is_retraction(hammer: Hammer, event: LotEnded) -> bool:
    """Whether an outcome that was told is taken back."""
    return event.status == "CANCELLED" and hammer.outcome != "cancelled" and event.at > hammer.ended_at


def decided(hammer: Hammer, lot: Lot) -> Hammer:
    """An end whose winner was never named: sold if a winning bid was, else passed."""
    leader = lot.bidding.leader
    if hammer.bid_id is None:
        return replace(hammer, outcome="passed", price=None, decides_at=None)
    bidder = leader.name if leader is not None and leader.bid_id == hammer.bid_id else None
    return replace(hammer, outcome="sold", price=hammer.price or _last_price(lot), bidder=bidder, decides_at=None)


def won(lot: Lot, event: WinnerNamed) -> Lot:
    """The lot after its winner was named: sold, unless that was taken back since."""
    hammer = lot.hammer or Hammer(ended_at=event.at)
    if hammer.outcome == "cancelled" and event.at <= hammer.ended_at:
        return lot
    leader = lot.bidding.leader
    leader_name = leader.name if leader is not None and leader.user_id == event.user_id else None
    bidder = event.twitter_handle or lot.bidding.names.get(event.user_id) or leader_name
    price = hammer.price if hammer.bid_id == event.bid_id and hammer.price is not None else event.amount
    currency = lot.price.currency or event.currency
    return replace(
        lot,
        price=replace(lot.price, currency=currency),
        hammer=replace(hammer, outcome="sold", bid_id=event.bid_id, bidder=bidder, price=price, decides_at=None),
    )


def found_over(lot: Lot, found: LotFound, now: float) -> Lot:
    """The lot when the keys say that it is over, read at `now` (monotonic seconds).

    ENDED names no outcome: it is sold when there is a bid that meets the reserve, unless an end or a winner that
    comes within the wait tells it better. SETTLED is sold to whoever bid. CANCELLED takes back what was told before.
    """
    hammer = lot.hammer
    match found.status:
        case "CANCELLED" if hammer is None or hammer.outcome != "cancelled":
            return replace(lot, hammer=Hammer(outcome="cancelled", ended_at=found.over_at))
        case "SETTLED" if _has_bid(lot, found) and (hammer is None or hammer.outcome is None):
            return replace(lot, hammer=_sold(hammer or Hammer(ended_at=found.over_at), lot, found))
        case "ENDED" | "SETTLED" if hammer is None:
            leader = lot.bidding.leader
            bid_id = leader.bid_id if leader is not None and _meets_reserve(lot) else None
            waiting = Hammer(ended_at=found.over_at, bid_id=bid_id, price=_last_price(lot))
            return replace(lot, hammer=replace(waiting, decides_at=now + WINNER_WAIT_S))
        case _:
            return lot


def _has_bid(lot: Lot, found: LotFound) -> bool:
    return lot.bidding.leader is not None or found.highest_bid_id is not None


def _sold(hammer: Hammer, lot: Lot, found: LotFound) -> Hammer:
    leader = lot.bidding.leader
    bid_id = hammer.bid_id or found.highest_bid_id or (leader.bid_id if leader is not None else None)
    bidder = leader.name if leader is not None and leader.bid_id == bid_id else None
    price = hammer.price or _last_price(lot)
    return replace(hammer, outcome="sold", bid_id=bid_id, price=price, bidder=bidder, decides_at=None)


def _meets_reserve(lot: Lot) -> bool:
    price, reserve = _last_price(lot), lot.price.reserve
    return not reserve or (price is not None and price >= reserve)


def _last_price(lot: Lot) -> Decimal | None:
    """The price the leading bid stands at; None while only that of the bid before it is known."""
    return None if lot.bidding.lacks == "price" else lot.price.current
