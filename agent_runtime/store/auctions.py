"""Lots and bids in SQL: the ports `core.records.Auctions` and `core.records.Bids`."""

from dataclasses import dataclass

from sqlalchemy import func, select

from agent_runtime.core.conversation import Page
from agent_runtime.core.platform import Auction, Bid, Winner
from agent_runtime.store.platform_tables import auctions, bids, users
from agent_runtime.store.records import SqlRecords
from agent_runtime.store.text import is_storable

WINNER_NAME = func.coalesce(users.c.name, users.c.twitter_handle)
# The usual currency also stands where nobody said one: then the other of the two may know better.
_SAID = func.nullif(bids.c.currency, bids.c.currency.info["usual"])
CURRENCY = func.coalesce(_SAID, auctions.c.currency)
# The user or the bid may not be known: the lot was won all the same.
_WINNER = (
    select(
        auctions.c.id.label("auction_id"),
        auctions.c.winning_bid_id.label("bid_id"),
        func.nullif(bids.c.user_id, "").label("user_id"),
        WINNER_NAME.label("name"),
        bids.c.amount,
        CURRENCY.label("currency"),
    )
    .select_from(auctions)
    .outerjoin(bids, bids.c.id == auctions.c.winning_bid_id)
    .outerjoin(users, users.c.id == bids.c.user_id)
    .where(auctions.c.winning_bid_id.is_not(None), auctions.c.status != "CANCELLED")
)


@dataclass(frozen=True)
class SqlAuctions(SqlRecords[Auction]):
    """Lots, in either database."""

    async def of_campaign(self, campaign_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Auction]:
        """Those of a campaign, newest first. Raises Refused."""
        return await self.belonging_to("campaign_id", campaign_id, limit, cursor)

    async def winner(self, auction_id: str) -> Winner | None:
        """Who won it, None when nobody has."""
        if not is_storable(auction_id):
            return None
        query = _WINNER.where(auctions.c.id == auction_id)
        row = await self.engine.read(lambda db: db.execute(query).first())
        if row is None:
            return None
        return Winner(**{**row._mapping, "amount": row.amount or None})  # no bid is zero: that stands for unknown


@dataclass(frozen=True)
class SqlBids(SqlRecords[Bid]):
    """Bids, in either database."""

    async def of_auction(self, auction_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Bid]:
        """Those on a lot, newest first. Raises Refused."""
        return await self.belonging_to("auction_id", auction_id, limit, cursor)

    async def of_user(self, user_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Bid]:
        """Those of a user, newest first. Raises Refused."""
        return await self.belonging_to("user_id", user_id, limit, cursor)
