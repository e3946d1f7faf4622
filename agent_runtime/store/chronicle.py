"""What the records tell of lots that are over, of bidders and of works: the port `core.memory.Chronicle`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, case, desc, func, or_, select

from agent_runtime.core.memory import PastLot
from agent_runtime.core.money import Money
from agent_runtime.core.text import display_name, plain
from agent_runtime.store.auctions import CURRENCY, WINNER_NAME
from agent_runtime.store.columns import EPOCH
from agent_runtime.store.dialects import DIALECTS, among
from agent_runtime.store.engine import Engine
from agent_runtime.store.platform_tables import art_items, auctions, bids, users
from agent_runtime.store.text import is_storable

_TITLE_LIMIT = 80
_MOST_LOTS = 1000
_BIDS_PER_REGULAR, _MOST_BIDS = 50, 50_000
_OVER = ("ENDED", "SETTLED", "CANCELLED")

_outcome = case(
    (auctions.c.status == "CANCELLED", "cancelled"),
    (auctions.c.winning_bid_id.is_not(None), "sold"),
    else_="passed",
)
_PAST: Select[Any] = (
    select(
        auctions.c.id,
        auctions.c.campaign_id,
        auctions.c.end_time,
        art_items.c.name.label("title"),
        _outcome.label("outcome"),
        WINNER_NAME.label("bidder"),
        bids.c.amount,
        CURRENCY.label("currency"),
    )
    .select_from(auctions)
    .outerjoin(art_items, art_items.c.id == auctions.c.art_item_id)
    .outerjoin(bids, bids.c.id == auctions.c.winning_bid_id)
    .outerjoin(users, users.c.id == bids.c.user_id)
    .where(auctions.c.status.in_(_OVER))
)
_place = func.row_number().over(partition_by=auctions.c.campaign_id, order_by=(auctions.c.start_time, auctions.c.id))
_PLACED = select(auctions.c.id, _place.label("number"))
_TITLES = {
    dialect: select(auctions.c.id, art_items.c.name)
    .join(art_items, art_items.c.id == auctions.c.art_item_id)
    .where(among(dialect, auctions.c.id, "ids"), art_items.c.name != "")
    for dialect in DIALECTS
}


@dataclass(frozen=True)
class SqlChronicle:
    """The past, in either database."""

    engine: Engine

    async def past_lots(self, *, campaign_id: str | None = None, limit: int = 200) -> Sequence[PastLot]:
        """Lots that are over, those that started last first; at most 1,000. A lot whose work has no name known is
        called by its number."""
        if limit < 1 or not is_storable(campaign_id or ""):
            return ()
        query = _PAST.order_by(desc(auctions.c.start_time), desc(auctions.c.id)).limit(min(limit, _MOST_LOTS))
        if campaign_id is not None:
            query = query.where(auctions.c.campaign_id == campaign_id)

        def work(db: Connection) -> tuple[PastLot, ...]:
            rows = db.execute(query).all()
            numbers = _numbers(db, rows)
            return tuple(_past_lot(row, numbers[row.id]) for row in rows)

        return await self.engine.read(work)

    async def regulars(self, limit: int = 1000) -> frozenset[str]:
        """Users of the newest bids (fifty a user asked for, 50,000 at most) that were not rejected."""
        if limit < 1:
            return frozenset()
        newest = select(bids.c.user_id, bids.c.created_at, bids.c.status)
        newest = newest.order_by(desc(bids.c.created_at), desc(bids.c.id))
        looked = newest.limit(min(limit * _BIDS_PER_REGULAR, _MOST_BIDS)).subquery()
        query = select(looked.c.user_id).where(looked.c.user_id != "", looked.c.status != "REJECTED")
        query = query.group_by(looked.c.user_id).order_by(desc(func.max(looked.c.created_at))).limit(limit)
        return await self.engine.read(lambda db: frozenset(db.execute(query).scalars()))

    async def titles(self, auction_ids: Sequence[str]) -> dict[str, str]:
        """Names of the works of lots, where they are known."""
        asked = [auction_id for auction_id in auction_ids if is_storable(auction_id)]
        if not asked:
            return {}
        rows = await self.engine.read(lambda db: db.execute(_TITLES[db.dialect.name], {"ids": asked}).all())
        return {auction_id: title for auction_id, name in rows if (title := plain(name, _TITLE_LIMIT))}


def _numbers(db: Connection, lots: Sequence[Row[Any]]) -> dict[str, int]:
    """Their places, counting every lot of their campaigns, over or not."""
    campaigns = {lot.campaign_id for lot in lots}
    named = sorted(campaigns - {None})
    theirs = among(db.dialect.name, auctions.c.campaign_id, "campaigns")
    if None in campaigns:
        theirs = or_(theirs, auctions.c.campaign_id.is_(None))
    placed = _PLACED.where(theirs).subquery()
    query = select(placed.c.id, placed.c.number).where(among(db.dialect.name, placed.c.id, "ids"))
    rows = db.execute(query, {"campaigns": named, "ids": [lot.id for lot in lots]})
    return {row.id: row.number for row in rows}


def _past_lot(row: Row[Any], number: int) -> PastLot:
    is_sold = row.outcome == "sold"
    return PastLot(
        auction_id=row.id,
        number=number,
        title=plain(row.title or "", _TITLE_LIMIT) or f"Lot {number}",
        outcome=row.outcome,
        bidder=display_name(row.bidder, "") or None if is_sold else None,
        amount=Money(row.amount, row.currency) if is_sold and row.amount else None,  # no bid is zero: not known
        ended_at=None if row.end_time == EPOCH else row.end_time,
        campaign_id=row.campaign_id,
    )
