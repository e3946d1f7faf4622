"""Pages of records are read from an index, however many there are."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import text

from agent_runtime.store.database import Database
from tests.store.platform_values import auction, bid
from tests.store.test_plans import plan_of
from tests.store.values import NOON


async def test_pages_of_records_are_found_without_sorting(database: Database) -> None:
    moments = [{"created_at": NOON + timedelta(seconds=n)} for n in range(3000)]
    await database.bids.upsert([bid(f"lot-{n % 60}", user_id=f"u{n % 50}", **at) for n, at in enumerate(moments)])
    await database.auctions.upsert([auction(campaign_id=f"c{n % 60}", **at) for n, at in enumerate(moments)])
    await database.bids.engine.write(lambda db: db.execute(text("ANALYZE")))
    cursor = (await database.bids.of_auction("lot-1", limit=5)).next_cursor
    asked: dict[str, tuple[Callable[[], Awaitable[object]], str]] = {
        "all": (lambda: database.bids.list(limit=10), "ix_bids_created_at_id"),
        "lot": (lambda: database.bids.of_auction("lot-1", limit=5, cursor=cursor), "ix_bids_auction_id_created_at_id"),
        "user": (lambda: database.bids.of_user("u1", limit=5), "ix_bids_user_id_created_at_id"),
        "campaign": (lambda: database.auctions.of_campaign("c1", limit=5), "ix_auctions_campaign_id_created_at_id"),
    }
    assert cursor is not None
    for name, (ask, index) in asked.items():
        plan = await plan_of(database, ask)
        assert "Seq Scan" not in plan and "TEMP B-TREE" not in plan and "Sort" not in plan, f"{name}:\n{plan}"
        assert index in plan, f"{name}:\n{plan}"
