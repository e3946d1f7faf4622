"""Fold what the keys say into a lot: by high-water marks, so that older readings and absent parts change nothing."""

from dataclasses import replace

from agent_runtime.core.events import is_identifier
from agent_runtime.core.lots import AuctionBid
from agent_runtime.core.money import Amount
from agent_runtime.core.text import display_name
from agent_runtime.domains.auction.found import LotFound, epoch
from agent_runtime.domains.auction.hammer import found_over
from agent_runtime.domains.auction.lot import Bidder, Bidding, Countdown, Lack, Lot, Price
from agent_runtime.domains.auction.pairing import SAME_BID_S, SAME_MOMENT_S, led_by, raised

_KNOWN = ("ACTIVE", "ENDED", "SETTLED", "CANCELLED")


def merged(lot: Lot, found: LotFound, now: float) -> Lot:
    """The lot after the keys were read at `now` (monotonic seconds)."""
    if _is_another_round(lot, found):
        lot = Lot(id=lot.id, reopened_at=found.started_at or found.at)
    lot = _described(lot, found)
    if lot.hammer is None:
        lot = _paired(replace(lot, countdown=_counted(lot, found, now)), found)
    return found_over(lot, found, now)


def _is_another_round(lot: Lot, found: LotFound) -> bool:
    """Whether it has started again since it was over."""
    if lot.hammer is None or found.status != "ACTIVE" or found.started_at is None:
        return False
    return found.started_at > lot.hammer.ended_at


def _described(lot: Lot, found: LotFound) -> Lot:
    """What the lot is, where that was not known."""
    state, price = found.state, lot.price
    lot = replace(lot, title=lot.title or found.title)
    if state is None:
        return lot
    is_new = not lot.is_known and state.status in _KNOWN
    return replace(
        lot,
        campaign=lot.campaign or (state.campaign_id if is_identifier(state.campaign_id) else None),
        is_known=lot.is_known or is_new,
        started_at=found.started_at or 0.0 if is_new else lot.started_at,
        price=replace(
            price,
            reserve=state.reserve_price if price.reserve is None else price.reserve,
            increment=price.increment or state.min_bid_increment or None,
            currency=price.currency or state.currency or (found.bid.currency if found.bid is not None else ""),
        ),
    )


def _counted(lot: Lot, found: LotFound, now: float) -> Countdown:
    """How long it lasts, if the keys know better."""
    countdown, remaining = lot.countdown, found.remaining_s
    told_at = epoch(found.timer.current_time) if found.timer is not None else None
    is_newer = told_at is not None and told_at > countdown.told_at
    is_of_before = told_at is not None and told_at < lot.reopened_at
    if remaining is None or is_of_before or not (is_newer or countdown.ends_at is None):
        return countdown
    extensions = (found.timer.extension_count if found.timer is not None else None) or 0
    countdown = replace(countdown, ends_at=now + remaining, told_at=max(countdown.told_at, told_at or 0.0))
    if extensions > countdown.extensions:
        return replace(countdown, extensions=extensions, extended_at=told_at or countdown.extended_at)
    return countdown


def _paired(lot: Lot, found: LotFound) -> Lot:
    """Price and leader, each if the keys know a newer one, and whether the two then belong together."""
    bidding = _led(lot, found)
    price = _priced(lot, found, bidding)
    if bidding.leader != lot.bidding.leader and found.bid is not None:
        price = replace(price, offered=found.bid.amount or price.offered)
    if _are_a_pair(lot, found, price, bidding):
        return replace(lot, price=price, bidding=replace(bidding, lacks=None, balance=0, settles_at=None))
    lacks = _lack(lot, price, bidding)
    if lacks == bidding.lacks:
        return replace(lot, price=price, bidding=bidding)
    return replace(lot, price=price, bidding=replace(bidding, lacks=lacks, balance=0, settles_at=None))


def _priced(lot: Lot, found: LotFound, bidding: Bidding) -> Price:
    known, price = found.price, lot.price
    if known is None:
        return _by_bid(price, found, bidding) if bidding.leader != lot.bidding.leader else price
    at = epoch(known.last_update_time)
    if price.current is not None and (at is None or at <= price.at):
        return price
    if at is not None and at < lot.reopened_at:
        return price
    is_named = price.pricing == "unknown" or (price.current is not None and known.current_price < price.current)
    return raised(price, known.current_price, at or 0.0, "engine" if is_named else price.pricing)


def _by_bid(price: Price, found: LotFound, bidding: Bidding) -> Price:
    """Where no engine names a price, the highest bid is the price."""
    offered = found.bid.amount if found.bid is not None else None
    if price.pricing != "bids" or offered is None or bidding.leader is None:
        return price
    return raised(price, max(offered, price.current or offered), bidding.leader.at, "bids")


def _led(lot: Lot, found: LotFound) -> Bidding:
    bid, bidding = found.bid, lot.bidding
    leader = bidding.leader
    if bid is None:
        return bidding
    at = epoch(bid.timestamp)
    if leader is not None and (leader.bid_id == bid.id or not _is_ahead(bid, leader, lot.price.offered)):
        return _named(bidding, found)
    if at is not None and at < lot.reopened_at:
        return bidding
    user = bid.user_id or ""
    name = display_name(bid.twitter_handle, fallback=bidding.names.get(user, "a bidder"))
    bidding = led_by(bidding, Bidder(user, name, bid.id, at or 0.0))
    return replace(
        bidding,
        count=bidding.count + 1,
        bidders=bidding.bidders | {user} if user else bidding.bidders,
        recent=(*bidding.recent[-5:], user) if user else bidding.recent,
    )


def _is_ahead(bid: AuctionBid, leader: Bidder, offered: Amount | None) -> bool:
    """Whether the keys' bid is newer; of two made at about the same time, the higher one leads.

    An engine may stamp a bid when it was placed, a little before another was accepted.
    """
    at = epoch(bid.timestamp)
    if at is None or at > leader.at:
        return at is not None
    is_higher = bid.amount is not None and offered is not None and bid.amount > offered
    return is_higher and at > leader.at - SAME_BID_S


def _named(bidding: Bidding, found: LotFound) -> Bidding:
    """The leader's name, where only the keys know it."""
    bid, leader = found.bid, bidding.leader
    if bid is None or leader is None or bid.id != leader.bid_id or leader.user_id in bidding.names:
        return bidding
    name = display_name(bid.twitter_handle, fallback=leader.name)
    return bidding if name == leader.name else replace(bidding, leader=replace(leader, name=name))


def _are_a_pair(lot: Lot, found: LotFound, price: Price, bidding: Bidding) -> bool:
    """Whether the keys say of this price and this leader that they belong together, and can be believed.

    An engine that writes its keys one by one can be read between two of them: the bid is new and the price is still
    that of another, or the price is above all that the bid offers. Read a second time, the same pair is believed.
    """
    bid, leader = found.bid, bidding.leader
    if bid is None or found.price is None or leader is None or leader.bid_id != bid.id:
        return False
    priced_at = epoch(found.price.last_update_time)
    is_other = priced_at is not None and abs(priced_at - price.at) > SAME_MOMENT_S
    if price.current != found.price.current_price or is_other:
        return False
    if _is_beyond(price, bid.amount):
        return False
    was = lot.bidding.leader
    if leader == was or was is None or was.user_id == leader.user_id:
        return True
    if price.at >= leader.at - SAME_MOMENT_S:
        return True
    is_old = price.at == lot.price.at and lot.bidding.lacks != "bidder" and lot.bidding.balance >= 0
    return not is_old and price.at >= leader.at - SAME_BID_S


def _is_beyond(price: Price, offered: Amount | None) -> bool:
    return offered is not None and price.current is not None and price.current > offered


def _lack(lot: Lot, price: Price, bidding: Bidding) -> Lack | None:
    """What is missing of a pair the keys did not complete."""
    was, leader = lot.bidding.leader, bidding.leader
    if price.pricing != "engine" or leader is None:
        return bidding.lacks
    if leader != was and was is not None and leader.user_id != was.user_id:
        came_first = lot.bidding.lacks == "bidder" or lot.bidding.balance < 0
        return None if came_first and abs(price.at - leader.at) <= SAME_BID_S else "price"
    if price.current is not None and lot.price.current is not None and price.current > lot.price.current:
        return "bidder"
    return bidding.lacks
