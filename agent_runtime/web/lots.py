"""A lot and a bid as the native API shows them: money a decimal string, never a reserve."""

from pydantic import BaseModel

from agent_runtime.core.domain import Slot, Stage
from agent_runtime.core.money import Amount, Money
from agent_runtime.core.platform import Auction, Bid, Winner
from agent_runtime.web.schemas import Moment

_OVER = {"ENDED", "SETTLED", "CANCELLED"}


class LotView(BaseModel):
    """What is not known is null. `amount` is the price now or at the hammer; `bidder` leads or has won.

    `outcome` is sold, passed or cancelled, null before; `as_of` the newest bid known, null for lots not in hand.
    """

    id: str
    title: str | None
    campaign_id: str | None
    is_open: bool
    amount: Amount | None
    next_amount: Amount | None
    currency: str | None
    bidder: str | None
    seconds_left: int | None
    bid_count: int | None
    outcome: str | None
    as_of: str | None
    starts_at: Moment | None
    ends_at: Moment | None

    @classmethod
    def in_hand(cls, stage: Stage, record: Auction | None = None) -> "LotView":
        """As it stands now; the record adds its hours."""
        amount, following = _money(stage.slots.get("amount")), _money(stage.slots.get("next"))
        bidder, seconds = stage.slots.get("bidder"), stage.slots.get("seconds")
        return cls(
            id=stage.subject,
            title=stage.title,
            campaign_id=stage.campaign,
            is_open=stage.is_open,
            amount=amount.amount if amount else None,
            next_amount=following.amount if following else None,
            currency=(amount.currency if amount else "") or (record.currency if record else None) or None,
            bidder=bidder if isinstance(bidder, str) else None,
            seconds_left=(seconds if isinstance(seconds, int) else None) if stage.is_open else 0,
            bid_count=stage.bid_count,
            outcome=stage.outcome,
            as_of=stage.as_of,
            starts_at=record.start_time if record else None,
            ends_at=record.end_time if record else None,
        )

    @classmethod
    def kept(cls, record: Auction, title: str | None, winner: Winner | None) -> "LotView":
        """As it was kept."""
        is_over = record.status in _OVER
        return cls(
            id=record.id,
            title=title,
            campaign_id=record.campaign_id,
            is_open=record.status == "ACTIVE",
            amount=winner.amount if winner else None,
            next_amount=None,
            currency=record.currency or None,
            bidder=winner.name if winner else None,
            seconds_left=0 if is_over else None,
            bid_count=None,
            outcome=_outcome(record) if is_over else None,
            as_of=None,
            starts_at=record.start_time,
            ends_at=record.end_time,
        )


class BidView(BaseModel):
    """A bid as kept. `amount` is what was bid: it may be a maximum above the price."""

    id: str
    auction_id: str
    user_id: str | None
    amount: Amount | None
    currency: str | None
    status: str | None
    source: str | None
    created_at: Moment

    @classmethod
    def of(cls, bid: Bid) -> "BidView":
        return cls(**bid.model_dump(exclude={"transaction_hash"}))


def _outcome(record: Auction) -> str:
    if record.status == "CANCELLED":
        return "cancelled"
    return "sold" if record.winning_bid_id else "passed"


def _money(slot: Slot | None) -> Money | None:
    return slot if isinstance(slot, Money) else None
