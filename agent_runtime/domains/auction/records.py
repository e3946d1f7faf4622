"""What should last of an auction event: the rows it tells of, each with no more than the event says."""

import math
from datetime import datetime, timedelta

from agent_runtime.core.clock import utc
from agent_runtime.core.platform import ArtItem, Auction, Bid, BidStatus, Campaign, Record, User
from agent_runtime.core.text import display_name
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
    WireEvent,
)
from agent_runtime.domains.auction.found import LotFound
from agent_runtime.domains.auction.found_records import records_of_found
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.project import settled

_NAMELESS = display_name(None)
_LATEST_S = 4_102_444_800.0  # the year 2100: what is later is nobody's clock


def records(event: AuctionEvent, after: Lot) -> tuple[Record, ...]:
    """The records of `event`, after which the lot is `after`; () when there is nothing to keep.

    What belongs to a round before the lot started again is not kept.
    """
    if event.at < after.reopened_at:
        return ()
    match event:
        case LotStarted():
            return _started(event)
        case BidPlaced():
            return _user(event), _bid(event, "PENDING", event.currency or after.price.currency)
        case BidAccepted():
            return (_bid(event, "ACCEPTED", after.price.currency),)
        case BidRejected():
            return (_bid(event, "REJECTED", after.price.currency),)
        case WinnerNamed():
            return _won(event, event.currency or after.price.currency)
        case LotEnded():
            return _ended(event, after)
        case LotExtended():
            return (_running(event, event.extended_end_time),) if event.extended_end_time else ()
        case TimerUpdated():
            until = _moment(event) + timedelta(seconds=event.time_remaining)
            return (_running(event, until),) if event.is_extended else ()
        case LotFound():
            return records_of_found(event, after)
        case PriceUpdated():
            return ()


def _started(event: LotStarted) -> tuple[Record, ...]:
    now = _moment(event)
    lot = Auction(
        id=event.auction_id,
        created_at=now,
        updated_at=now,
        start_time=event.start_time,
        end_time=event.end_time,
        reserve_price=event.reserve_price,
        min_bid_increment=event.min_bid_increment,
        currency=event.currency or None,
        status="ACTIVE",
        campaign_id=event.campaign_id,
        art_item_id=event.art_item_id,
    )
    kept: list[Record] = [lot]
    if event.campaign_id is not None:
        kept.append(Campaign(id=event.campaign_id, created_at=now, updated_at=now))
    if event.art_item_id is not None:
        kept.append(ArtItem(id=event.art_item_id, created_at=now, updated_at=now, name=event.art_item_name or None))
    return tuple(kept)


def _ended(event: LotEnded, after: Lot) -> tuple[Record, ...]:
    """Where the end names no price, it is the one that is told: a bid's own amount may be a maximum."""
    now, currency, hammer = _moment(event), after.price.currency, settled(after, math.inf).hammer
    is_told = hammer is not None and hammer.bid_id == event.winning_bid_id
    lot = Auction(id=event.auction_id, created_at=now, updated_at=now, end_time=now, currency=currency or None)
    if event.status == "CANCELLED":
        return (lot.model_copy(update={"status": "CANCELLED"}),)
    lot = lot.model_copy(update={"status": "ENDED"})
    if event.status == "NO_BIDS" or event.winning_bid_id is None:
        return (lot,)
    won = Bid(
        id=event.winning_bid_id,
        created_at=now,
        auction_id=event.auction_id,
        amount=event.final_price or (hammer.price if hammer is not None and is_told else None),
        currency=currency or None,
        status="WINNING",
    )
    return lot.model_copy(update={"winning_bid_id": event.winning_bid_id}), won


def _won(event: WinnerNamed, currency: str) -> tuple[Record, ...]:
    now = _moment(event)
    lot = Auction(
        id=event.auction_id,
        created_at=now,
        updated_at=now,
        end_time=now,
        currency=currency or None,
        status="ENDED",
        winning_bid_id=event.bid_id,
    )
    return lot, _user(event), _bid(event, "WINNING", currency)


def _running(event: LotExtended | TimerUpdated, until: datetime) -> Auction:
    now = _moment(event)
    return Auction(id=event.auction_id, created_at=now, updated_at=now, end_time=until, status="ACTIVE")


def _user(event: BidPlaced | WinnerNamed) -> User:
    # What stands for a name that cannot be said is nobody's handle.
    handle = None if event.twitter_handle == _NAMELESS else event.twitter_handle
    now = _moment(event)
    return User(id=event.user_id, created_at=now, updated_at=now, twitter_handle=handle)


def _bid(event: BidPlaced | BidAccepted | BidRejected | WinnerNamed, status: BidStatus, currency: str) -> Bid:
    return Bid(
        id=event.bid_id,
        created_at=_moment(event),
        amount=event.amount,
        currency=currency or None,
        status=status,
        user_id=event.user_id,
        auction_id=event.auction_id,
    )


def _moment(event: WireEvent) -> datetime:
    return utc(min(event.at, _LATEST_S))
