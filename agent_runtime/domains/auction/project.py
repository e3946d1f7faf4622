"""Fold an event into a lot: pure, tolerant of gaps, repeats and lateness; a price never goes back by itself."""

import math
from dataclasses import replace

from agent_runtime.domains.auction.events import (
    AuctionEvent,
    BidAccepted,
    BidPlaced,
    BidRejected,
    LotEnded,
    LotExtended,
    LotStarted,
    PriceUpdated,
    TimerUpdated,
    WinnerNamed,
)
from agent_runtime.domains.auction.found import LotFound
from agent_runtime.domains.auction.hammer import decided, ended, won
from agent_runtime.domains.auction.lot import Bidder, Bidding, Countdown, Lack, Lot, Price
from agent_runtime.domains.auction.merging import merged
from agent_runtime.domains.auction.pairing import (
    SAME_BID_S,
    SAME_MOMENT_S,
    awaited,
    lack_after_bid,
    lack_after_price,
    outbid,
    raised,
)

PACE_HALF_LIFE_S = 8.0
_PACE_PER_BID = 60 * 0.6931471805599453 / PACE_HALF_LIFE_S  # one bid, as bids a minute
_CALLS = (10, 30, 60)
_NAMES_KEPT = 500
_SAME_EXTENSION_S = 2.0


def project(lot: Lot | None, event: AuctionEvent, now: float) -> Lot:
    """The lot after `event`, received at `now` (monotonic seconds)."""
    lot = lot or Lot(id=event.auction_id)
    if event.at < lot.reopened_at:
        return lot
    match event:
        case LotStarted():
            return _started(lot, event, now)
        case BidPlaced():
            return _placed(lot, event)
        case BidAccepted():
            return _accepted(lot, event, now)
        case PriceUpdated():
            return _priced(lot, event, now)
        case TimerUpdated():
            return _ticked(lot, event, now)
        case LotExtended():
            return _extended(lot, event, now)
        case LotEnded():
            return ended(lot, event, now)
        case WinnerNamed():
            return won(lot, event)
        case LotFound():
            return merged(lot, event, now)
        case BidRejected():
            return lot


def settled(lot: Lot, now: float) -> Lot:
    """The lot when what it waited for has had its time: bids without a price, an end without a winner."""
    settles_at = lot.bidding.settles_at
    if settles_at is not None and now >= settles_at:
        at = lot.bidding.leader.at if lot.bidding.leader is not None else lot.price.at
        lot = replace(lot, price=_by_bids(lot.price, at), bidding=replace(lot.bidding, balance=0, settles_at=None))
    hammer = lot.hammer
    if hammer is not None and hammer.decides_at is not None and now >= hammer.decides_at:
        lot = replace(lot, hammer=decided(hammer, lot))
    return lot


def _by_bids(price: Price, at: float) -> Price:
    """Without an engine that names a price, the leading bid is the price."""
    if price.pricing == "engine" or price.offered is None:
        return price
    return raised(price, max(price.offered, price.current or price.offered), at, "bids")


def _started(lot: Lot, event: LotStarted, now: float) -> Lot:
    is_over = lot.hammer is not None and event.at <= lot.hammer.ended_at
    if lot.is_known and (lot.hammer is None or is_over):
        return replace(lot, title=lot.title or event.art_item_name)  # the keys told of it before, without its name
    # An outcome may overtake its start: then the start still tells what the lot is, but opens nothing.
    fresh = lot if lot.hammer is None or is_over else Lot(id=lot.id, reopened_at=event.at)
    return replace(
        fresh,
        title=event.art_item_name,
        campaign=event.campaign_id,
        is_known=True,
        started_at=event.at,
        price=replace(
            fresh.price, reserve=event.reserve_price, increment=event.min_bid_increment or None, currency=event.currency
        ),
        countdown=replace(fresh.countdown, ends_at=now + max(0.0, event.end_time.timestamp() - event.at)),
    )


def _placed(lot: Lot, event: BidPlaced) -> Lot:
    names = lot.bidding.names
    currency = lot.price.currency or event.currency
    if currency != lot.price.currency:
        lot = replace(lot, price=replace(lot.price, currency=currency))
    if event.twitter_handle is None or event.user_id in names:
        return lot
    kept = dict(names) if len(names) < _NAMES_KEPT else dict(list(names.items())[_NAMES_KEPT // 2 :])
    kept[event.user_id] = event.twitter_handle
    leader = lot.bidding.leader
    if leader is not None and leader.user_id == event.user_id:  # the name comes after the bid it belongs to
        leader = replace(leader, name=event.twitter_handle)
    return replace(lot, bidding=replace(lot.bidding, names=kept, leader=leader))


def _accepted(lot: Lot, event: BidAccepted, now: float) -> Lot:
    bidding, price = lot.bidding, lot.price
    leader = bidding.leader
    if leader is not None and leader.bid_id == event.bid_id:
        return lot
    if lot.hammer is not None:
        return _counted(lot, event) if event.at <= lot.hammer.ended_at else lot
    leads = event.is_highest_bid and (leader is None or event.at >= leader.at)
    if leads:
        leader = Bidder(event.user_id, bidding.names.get(event.user_id, "a bidder"), event.bid_id, event.at)
        price = replace(price, offered=event.amount)
    bidding = replace(
        bidding,
        leader=leader,
        loser=outbid(bidding, event.user_id) if leads else None,
        last_bid_led=leads,
        count=bidding.count + 1,
        bidders=bidding.bidders if event.user_id in bidding.bidders else bidding.bidders | {event.user_id},
        recent=(*bidding.recent[-5:], event.user_id),
        pace=pace_at(bidding.pace, bidding.pace_at, now) + _PACE_PER_BID,
        pace_at=now,
    )
    if price.pricing == "bids":
        return replace(lot, price=_by_bids(price, event.at) if leads else price, bidding=bidding)
    bidding = awaited(bidding, 1, now)
    return replace(lot, price=price, bidding=_lacking(bidding, lack_after_bid(lot.bidding, bidding, price, event.at)))


def _counted(lot: Lot, event: BidAccepted) -> Lot:
    """A bid that the end of its lot has overtaken: it was made, and changes no result."""
    bidding = lot.bidding
    return replace(lot, bidding=replace(bidding, count=bidding.count + 1, bidders=bidding.bidders | {event.user_id}))


def _priced(lot: Lot, event: PriceUpdated, now: float) -> Lot:
    price, bidding = lot.price, lot.bidding
    is_late = event.at < price.at - (0.0 if price.pricing == "engine" else SAME_BID_S)
    is_echo = event.at == price.at and price.current is not None and event.current_price < price.current
    is_known = event.current_price == price.current and abs(event.at - price.at) <= SAME_MOMENT_S
    if lot.hammer is not None or is_late or is_echo or (is_known and price.pricing == "engine"):
        return lot
    new = raised(price, event.current_price, event.at, "engine")
    bidding = awaited(bidding, -1, now)
    return replace(lot, price=new, bidding=_lacking(bidding, lack_after_price(bidding, price, new)))


def _lacking(bidding: Bidding, lacks: Lack | None) -> Bidding:
    """The bidding when its pair lacks that: mostly it does already."""
    return bidding if lacks == bidding.lacks else replace(bidding, lacks=lacks)


def _ticked(lot: Lot, event: TimerUpdated, now: float) -> Lot:
    if event.at < lot.countdown.told_at:
        return lot
    countdown = replace(lot.countdown, ends_at=now + event.time_remaining, told_at=event.at)
    if event.extension_count > countdown.extensions:
        countdown = replace(countdown, extensions=event.extension_count, extended_at=event.at)
    elif not _is_same_extension(countdown, event):  # an extension makes no closing call: that is then still to come
        due = frozenset(level for level in _CALLS if event.time_remaining <= level)
        countdown = replace(countdown, called=countdown.called | due)
    return replace(lot, countdown=countdown)


def _extended(lot: Lot, event: LotExtended, now: float) -> Lot:
    countdown = lot.countdown
    if not _is_same_extension(countdown, event):
        countdown = replace(countdown, extensions=countdown.extensions + 1, extended_at=event.at)
    if event.extended_end_time is not None:
        countdown = replace(countdown, ends_at=now + max(0.0, event.extended_end_time.timestamp() - event.at))
    return replace(lot, countdown=countdown)


def _is_same_extension(countdown: Countdown, event: TimerUpdated | LotExtended) -> bool:
    """Whether `event` tells of the extension that is known already: each comes in two events."""
    return countdown.extensions > 0 and abs(event.at - countdown.extended_at) < _SAME_EXTENSION_S


def pace_at(pace: float, since: float, now: float) -> float:
    """Bids a minute `now`, decayed with a half-life of 8 s from `pace` at `since`."""
    return pace * math.exp2(-max(0.0, now - since) / PACE_HALF_LIFE_S)
