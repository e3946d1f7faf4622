"""An auction engine's books: what its keys hold of each lot, kept from the events it publishes or has recorded."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent_runtime.core.clock import utc
from agent_runtime.core.events import BadEvent, Envelope
from agent_runtime.core.lots import AuctionBid, AuctionPrice, AuctionState, AuctionTimer, LotSnapshot
from agent_runtime.domains.auction.events import (
    EVENT_TYPES,
    BidAccepted,
    BidPlaced,
    LotEnded,
    LotExtended,
    LotStarted,
    PriceUpdated,
    TimerUpdated,
    WinnerNamed,
    WireEvent,
    parse,
)

_LOTS_KEPT = 10_000
_PLACED_KEPT = 50


@dataclass(slots=True)
class _Lot:
    """A lot as the keys hold it, and the bids that wait to be accepted."""

    keys: LotSnapshot
    placed: OrderedDict[str, BidPlaced] = field(default_factory=OrderedDict)


@dataclass
class Books:
    """Every lot an engine has dealt with, the newest ten thousand. Events of other kinds are no matter of it."""

    _lots: OrderedDict[str, _Lot] = field(default_factory=OrderedDict)

    def enter(self, envelope: Envelope) -> LotSnapshot | None:
        """What the keys hold of the lot after this event; None when it is about no lot or cannot be read."""
        if envelope.type not in EVENT_TYPES:
            return None
        try:
            event = parse(envelope)
        except BadEvent:
            return None
        if event is None:
            return None
        lot = self._lots.setdefault(event.auction_id, _Lot(LotSnapshot(event.auction_id)))
        self._lots.move_to_end(event.auction_id)
        if len(self._lots) > _LOTS_KEPT:
            self._lots.popitem(last=False)
        lot.keys = _entered(lot, event)
        return lot.keys


def _entered(lot: _Lot, event: WireEvent) -> LotSnapshot:
    keys = lot.keys
    match event:
        case LotStarted():
            return LotSnapshot(event.auction_id, _state(event))
        case BidPlaced():
            lot.placed[event.bid_id] = event
            if len(lot.placed) > _PLACED_KEPT:
                lot.placed.popitem(last=False)
        case BidAccepted() if event.is_highest_bid:
            state = _told(keys, highest_bid_id=event.bid_id)
            return replace(keys, state=state, bid=_bid(event, lot.placed.get(event.bid_id)))
        case PriceUpdated():
            return replace(keys, price=_price(event))
        case TimerUpdated():
            return replace(keys, timer=_timer(event, keys.state))
        case LotExtended() if event.extended_end_time is not None:
            return replace(keys, state=_told(keys, extended_end_time=event.extended_end_time))
        case LotEnded():
            return replace(keys, state=_told(keys, status="CANCELLED" if event.status == "CANCELLED" else "ENDED"))
        case WinnerNamed():
            return replace(keys, state=_told(keys, status="SETTLED"))
    return keys


def _told(keys: LotSnapshot, **fields: object) -> AuctionState:
    """The lot's state with other fields."""
    return (keys.state or AuctionState(id=keys.auction_id)).model_copy(update=fields)


def _state(event: LotStarted) -> AuctionState:
    return AuctionState(
        id=event.auction_id,
        campaign_id=event.campaign_id,
        art_item_id=event.art_item_id,
        status="ACTIVE",
        start_time=event.start_time,
        end_time=event.end_time,
        reserve_price=event.reserve_price,
        min_bid_increment=event.min_bid_increment,
        currency=event.currency,
    )


def _bid(event: BidAccepted, placed: BidPlaced | None) -> AuctionBid:
    return AuctionBid(
        id=event.bid_id,
        auction_id=event.auction_id,
        user_id=event.user_id,
        twitter_handle=placed.twitter_handle if placed is not None else None,
        amount=event.amount,
        currency=placed.currency if placed is not None else "",
        timestamp=_moment(event.at),
        status="WINNING",
    )


def _price(event: PriceUpdated) -> AuctionPrice:
    return AuctionPrice(
        auction_id=event.auction_id,
        current_price=event.current_price,
        previous_price=event.previous_price,
        last_update_time=_moment(event.at),
    )


def _timer(event: TimerUpdated, state: AuctionState | None) -> AuctionTimer:
    return AuctionTimer(
        auction_id=event.auction_id,
        start_time=state.start_time if state is not None else None,
        end_time=(state.extended_end_time or state.end_time) if state is not None else None,
        current_time=_moment(event.at),
        time_remaining=event.time_remaining,
        is_extended=event.is_extended,
        extension_count=event.extension_count,
    )


def _moment(at: float) -> datetime:
    return utc(at + 0.0005)  # the nearest millisecond: cut off, 0.534 s could become 0.533
