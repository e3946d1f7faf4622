"""The lot in hand as the contract words it."""

from collections.abc import Sequence

from agent_runtime.core.domain import Stage
from agent_runtime.core.money import Money
from agent_runtime.core.presence import AuctionContext


def auction_context(stages: Sequence[Stage]) -> AuctionContext | None:
    """Of the first of `stages`; what is not known is absent, and what is over has no time left."""
    if not stages:
        return None
    stage = stages[0]
    amount, seconds, bidder = stage.slots.get("amount"), stage.slots.get("seconds"), stage.slots.get("bidder")
    return AuctionContext(
        auction_id=stage.subject,
        art_item_name=stage.title,
        current_price=amount.amount if isinstance(amount, Money) else None,
        time_remaining=seconds if isinstance(seconds, int) else (None if stage.is_open else 0),
        bid_count=stage.bid_count,
        highest_bidder=bidder if isinstance(bidder, str) else None,
    )
