"""Fold an event into a lot: pure, tolerant of gaps, repeats and lateness; a price never goes back by itself."""

import math
from dataclasses import replace
from decimal import Decimal

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
from agent_runtime.domains.auction.lot import Bidder, Countdown, Hammer, Lot, Price

SETTLE_S = 0.25  # an engine's price follows its bid well within this
WINNER_WAIT_S = 0.5  # contract §3: wait this long for the winner after an end
PACE_HALF_LIFE_S = 8.0
_PACE_PER_BID = 60 * 0.6931471805599453 / PACE_HALF_LIFE_S  # one bid, as bids a minute
_CALLS = (10, 30, 60)
_NAMES_KEPT = 500
_SAME_EXTENSION_S = 2.0
_SAME_BID_S = 1.0


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
            return _ended(lot, event, now)
        case WinnerNamed():
            return _won(lot, event)
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
        lot = replace(lot, hammer=_decided(hammer, lot))
    return lot


def _by_bids(price: Price, at: float) -> Price:
    """Without an engine that names a price, the leading bid is the price."""
    if price.pricing == "engine" or price.offered is None:
        return price
    return replace(_raised(price, max(price.offered, price.current or price.offered), at), pricing="bids")


def _raised(price: Price, current: Decimal, at: float) -> Price:
    return replace(price, current=current, at=at, first=price.first or current)


def _started(lot: Lot, event: LotStarted, now: float) -> Lot:
    is_over = lot.hammer is not None and event.at <= lot.hammer.ended_at
    if lot.is_known and (lot.hammer is None or is_over):
        return lot
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
    if lot.hammer is not None or (leader is not None and leader.bid_id == event.bid_id):
        return lot
    leads = event.is_highest_bid and (leader is None or event.at >= leader.at)
    if leads:
        name = bidding.names.get(event.user_id, "a bidder")
        leader = Bidder(event.user_id, name, event.bid_id, event.at)
        price = replace(price, offered=event.amount)
    has_changed = leader is not None and bidding.leader is not None and leader.user_id != bidding.leader.user_id
    bidding = replace(
        bidding,
        leader=leader,
        loser=bidding.leader.name if leads and has_changed and bidding.leader else None,
        last_bid_led=leads,
        count=bidding.count + 1,
        bidders=bidding.bidders if event.user_id in bidding.bidders else bidding.bidders | {event.user_id},
        recent=(*bidding.recent[-5:], event.user_id),
        pace=pace_at(bidding.pace, bidding.pace_at, now) + _PACE_PER_BID,
        pace_at=now,
    )
    if price.pricing == "bids":
        return replace(lot, price=_by_bids(price, event.at) if leads else price, bidding=bidding)
    balance = bidding.balance + 1
    settles_at = None if balance == 0 else bidding.settles_at or now + SETTLE_S
    return replace(lot, price=price, bidding=replace(bidding, balance=balance, settles_at=settles_at))


def _priced(lot: Lot, event: PriceUpdated, now: float) -> Lot:
    price, bidding = lot.price, lot.bidding
    # An engine may stamp a price with the moment of its bid, a little before the bid was accepted.
    is_late = event.at < price.at - (0.0 if price.pricing == "engine" else _SAME_BID_S)
    is_echo = event.at == price.at and price.current is not None and event.current_price < price.current
    if lot.hammer is not None or is_late or is_echo:
        return lot
    balance = bidding.balance - 1
    settles_at = None if balance == 0 else bidding.settles_at or now + SETTLE_S
    return replace(
        lot,
        price=replace(_raised(price, event.current_price, event.at), pricing="engine"),
        bidding=replace(bidding, balance=balance, settles_at=settles_at),
    )


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


def _ended(lot: Lot, event: LotEnded, now: float) -> Lot:
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


def _decided(hammer: Hammer, lot: Lot) -> Hammer:
    """An end whose winner was never named: sold if a winning bid was, else passed."""
    leader = lot.bidding.leader
    if hammer.bid_id is None:
        return replace(hammer, outcome="passed", price=None, decides_at=None)
    bidder = leader.name if leader is not None and leader.bid_id == hammer.bid_id else None
    return replace(hammer, outcome="sold", price=hammer.price or lot.price.current, bidder=bidder, decides_at=None)


def _won(lot: Lot, event: WinnerNamed) -> Lot:
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


def pace_at(pace: float, since: float, now: float) -> float:
    """Bids a minute `now`, decayed with a half-life of 8 s from `pace` at `since`."""
    return pace * math.exp2(-max(0.0, now - since) / PACE_HALF_LIFE_S)
