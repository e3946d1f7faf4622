"""The platform's tables: ours when there are none, the platform's own left as they are."""

from collections.abc import Callable

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, inspect

from agent_runtime.core.errors import Refused
from agent_runtime.core.platform import Auction, Bid, Campaign, Record, User
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from agent_runtime.store.platform_tables import PLATFORM
from tests.store.by_hand import run_by_hand
from tests.store.platform_values import TIMES, auction, bid, user
from tests.store.values import NOON

_TIMES = "created_at timestamp(3) NOT NULL DEFAULT now(), updated_at timestamp(3) NOT NULL"
_PLATFORMS_OWN = (
    f"""CREATE TABLE users (id text PRIMARY KEY, email text UNIQUE, twitter_handle text UNIQUE,
        wallet_address text UNIQUE, name text, avatar_url text, is_admin boolean NOT NULL DEFAULT false, {_TIMES})""",
    f"""CREATE TABLE art_items (id text PRIMARY KEY, token_id text, name text NOT NULL, description text,
        image_url text NOT NULL, animation_url text, metadata json, collection_id text, {_TIMES})""",
    f"""CREATE TABLE auctions (id text PRIMARY KEY, start_time timestamp(3) NOT NULL, end_time timestamp(3) NOT NULL,
        reserve_price decimal(20,8), min_bid_increment decimal(20,8), currency text NOT NULL DEFAULT 'ETH',
        status text NOT NULL DEFAULT 'SCHEDULED', campaign_id text, winning_bid_id text UNIQUE,
        art_item_id text NOT NULL REFERENCES art_items, {_TIMES})""",
    """CREATE TABLE bids (id text PRIMARY KEY, amount decimal(20,8) NOT NULL, currency text NOT NULL DEFAULT 'ETH',
        status text NOT NULL DEFAULT 'PENDING', source text NOT NULL, user_id text NOT NULL REFERENCES users,
        auction_id text NOT NULL REFERENCES auctions, created_at timestamp(3) NOT NULL DEFAULT now())""",
    "CREATE TABLE comments (id text PRIMARY KEY, user_id text NOT NULL REFERENCES users)",
    "INSERT INTO users VALUES ('ada', NULL, 'ada', NULL, 'Ada', NULL, true, '2026-03-01', '2026-03-01')",
    """INSERT INTO art_items VALUES ('work', NULL, 'Salt', NULL, 's.png', NULL, '{"x": 1}', NULL,
        '2026-03-01', '2026-03-01')""",
    """INSERT INTO auctions (id, start_time, end_time, art_item_id, updated_at)
        VALUES ('lot', '2026-03-01', '2026-03-02', 'work', '2026-03-01')""",
    "INSERT INTO comments VALUES ('c', 'ada')",
)


async def test_a_database_of_the_platforms_keeps_its_rows_and_is_written_to(empty_postgres_url: str) -> None:
    await run_by_hand(empty_postgres_url, *_PLATFORMS_OWN)
    schema.upgrade(empty_postgres_url)
    heard: list[Record] = [
        Bid(id="b", created_at=NOON, amount="12.5", user_id="ada", auction_id="lot", status="ACCEPTED"),
        Auction(id="lot", status="ACTIVE", currency="USD", **TIMES),
        User(id="ada", twitter_handle="ada", **TIMES),
        Campaign(id="week", **TIMES),
    ]
    async with Database(empty_postgres_url) as database:
        for _ in range(2):
            await database.records.upsert(heard)
        ada, lot = await database.users.get("ada"), await database.auctions.get("lot")
        assert (ada.name, ada.is_admin) == ("Ada", True)
        assert (lot.status, lot.currency, lot.art_item_id) == ("ACTIVE", "USD", "work")
        assert lot.start_time is not None and lot.start_time.tzinfo is not None
        assert (await database.bids.get("b")).transaction_hash is None  # a column that the platform's table lacked
        assert (await database.art_items.get("work")).metadata == {"x": 1}
        with pytest.raises(Refused):  # the platform insists on what we do not
            await database.bids.upsert([bid("nowhere", user_id="nobody")])
    schema.downgrade(empty_postgres_url, "0001")
    await run_by_hand(empty_postgres_url, "INSERT INTO comments SELECT 'd', id FROM users")  # still there, and its own
    schema.upgrade(empty_postgres_url)
    async with Database(empty_postgres_url) as database:
        assert len((await database.bids.list()).data) == 1


async def test_going_back_one_revision_takes_the_records_and_leaves_conversations(database_url: str) -> None:
    schema.downgrade(database_url, "0001")
    schema.upgrade(database_url)
    assert schema.check(database_url) == []
    async with Database(database_url) as database:
        await database.records.upsert([user(), auction(), bid("lot")])


async def test_defaults_and_constraints_in_the_database_are_those_of_the_contract(
    migrated_url: Callable[[str], str],
) -> None:
    async with Database(migrated_url("postgresql")) as database:
        await database.users.engine.write(
            lambda db: db.exec_driver_sql("INSERT INTO users (id, created_at, updated_at) VALUES ('u', now(), now())")
        )
        await database.users.engine.write(
            lambda db: db.exec_driver_sql(
                "INSERT INTO bids (id, amount, source, user_id, auction_id, created_at)"
                " VALUES ('b', 1, 'API', 'u', 'a', now())"
            )
        )
        assert (await database.users.get("u")).is_admin is False
        kept = await database.bids.get("b")
        assert (kept.currency, kept.status) == ("ETH", "PENDING")
        for table in PLATFORM:
            named = {
                str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint | UniqueConstraint)
            }
            found = await database.users.engine.read(
                lambda db, name=table.name: {  # type: ignore[misc]
                    str(rule["name"])
                    for rule in (
                        *inspect(db).get_check_constraints(name),
                        *inspect(db).get_unique_constraints(name),
                    )
                }
            )
            assert found == named
