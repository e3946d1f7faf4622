"""What should last of a reading of the keys: the lot, its highest bid and whose it is, as far as they say."""

from collections.abc import Iterator
from datetime import datetime

from agent_runtime.core.clock import utc
from agent_runtime.core.events import is_identifier
from agent_runtime.core.lots import AuctionState
from agent_runtime.core.platform import ArtItem, Auction, Bid, Campaign, Record, User
from agent_runtime.core.text import display_name
from agent_runtime.domains.auction.found import LotFound
from agent_runtime.domains.auction.lot import Hammer, Lot
from agent_runtime.domains.auction.project import settled

_LATEST_S = 4_102_444_800.0  # the year 2100: what is later is nobody's clock


def records_of_found(event: LotFound, after: Lot) -> tuple[Record, ...]:
    """The records of a reading, after which the lot is `after`."""
    hammer, now = settled(after, float("inf")).hammer, _moment(event.at)
    return (_lot(event, after, hammer, now), *_around(event, after, now), *_bid(event, after, hammer, now))


def _lot(event: LotFound, after: Lot, hammer: Hammer | None, now: datetime) -> Auction:
    state = event.state or AuctionState(id=event.auction_id)
    is_over = hammer is not None and state.status != "SCHEDULED"
    return Auction(
        id=event.auction_id,
        created_at=now,
        updated_at=now,
        start_time=state.start_time,
        end_time=_moment(event.over_at) if is_over else state.extended_end_time or state.end_time,
        reserve_price=state.reserve_price,
        min_bid_increment=state.min_bid_increment,
        currency=after.price.currency or None,
        status=state.status,
        campaign_id=state.campaign_id if is_identifier(state.campaign_id) else None,
        art_item_id=state.art_item_id if is_identifier(state.art_item_id) else None,
        winning_bid_id=hammer.bid_id if hammer is not None and hammer.outcome == "sold" else None,
    )


def _around(event: LotFound, after: Lot, now: datetime) -> Iterator[Record]:
    state = event.state
    if state is not None and state.campaign_id is not None and is_identifier(state.campaign_id):
        yield Campaign(id=state.campaign_id, created_at=now, updated_at=now)
    if state is not None and state.art_item_id is not None and is_identifier(state.art_item_id):
        yield ArtItem(id=state.art_item_id, created_at=now, updated_at=now, name=after.title or None)


def _bid(event: LotFound, after: Lot, hammer: Hammer | None, now: datetime) -> Iterator[Record]:
    """The highest bid: accepted, or won at the lot's price."""
    bid = event.bid
    if bid is None:
        return
    if bid.user_id is not None:
        name = display_name(bid.twitter_handle)
        handle = None if name == display_name(None) else name
        yield User(id=bid.user_id, created_at=now, updated_at=now, twitter_handle=handle)
    has_won = hammer is not None and hammer.outcome == "sold" and hammer.bid_id == bid.id
    price = hammer.price if hammer is not None and has_won else None
    yield Bid(
        id=bid.id,
        created_at=bid.timestamp or now,
        auction_id=event.auction_id,
        amount=price or bid.amount,
        currency=bid.currency or after.price.currency or None,
        status="WINNING" if has_won else "ACCEPTED",
        user_id=bid.user_id,
    )


def _moment(at: float) -> datetime:
    return utc(min(at, _LATEST_S))
