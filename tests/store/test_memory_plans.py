"""Memories, past lots and old events are found by an index, however much there is of others."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from agent_runtime.core.platform import ArtItem
from agent_runtime.store.database import Database
from tests.store.memory_values import memory
from tests.store.platform_values import TIMES, auction, bid
from tests.store.test_plans import noted
from tests.store.values import NOON, event

Ask = Callable[[], Awaitable[object]]


async def plans_of(database: Database, ask: Ask) -> list[str]:
    """The plan of every question that `ask` puts."""
    engine = database.memories.engine
    with await engine.read(noted) as statements:
        await ask()

    def explain(db: Connection, statement: str, parameters: Any) -> str:
        words = "EXPLAIN" if database.address.kind == "postgresql" else "EXPLAIN QUERY PLAN"
        return "\n".join(str(row[-1]) for row in db.exec_driver_sql(f"{words} {statement}", parameters))

    return [
        await engine.read(lambda db, each=each: explain(db, *each))  # type: ignore[misc]
        for each in statements
        if each[0].startswith("SELECT")
    ]


@pytest.fixture
async def filled(database: Database) -> Database:
    """Sixty agents, twenty campaigns, and much heard that is of no auction."""
    moments = [NOON + timedelta(seconds=n) for n in range(4000)]
    await database.memories.remember(
        [
            memory(f"heron {n}", agent_id=f"agent-{n % 60}", about_user=f"u{n}" if n % 2 else None, created_at=moment)
            for n, moment in enumerate(moments)
        ]
    )
    early = list(enumerate(moments[:2000]))
    await database.records.upsert(
        [
            *(ArtItem(id=f"w{n}", name=f"Work {n}", **TIMES) for n, _ in early),
            *(bid(f"lot-{n}", user_id=f"u{n % 50}", created_at=moment) for n, moment in early),
            *(
                auction(id=f"lot-{n}", campaign_id=f"c{n % 20}", start_time=at, status="ENDED", art_item_id=f"w{n}")
                for n, at in early
            ),
        ]
    )
    channels = ["events:auction", *["events:system"] * 49]
    await database.events.append(
        [event(channel=channels[n % 50], received_at=moment) for n, moment in enumerate(moments)]
    )
    await database.memories.engine.write(lambda db: db.execute(text("ANALYZE")))
    return database


async def test_what_is_asked_of_the_past_is_found_by_an_index(filled: Database) -> None:
    page = await filled.memories.list("agent-2", limit=10)
    late = NOON + timedelta(seconds=3000)
    asked: dict[str, tuple[Ask, str]] = {
        "newest": (lambda: filled.memories.newest("agent-2", 5), "ix_memories_public"),
        "page": (
            lambda: filled.memories.list("agent-2", limit=5, cursor=page.next_cursor),
            "ix_memories_agent_id_created_at_id",
        ),
        "heard": (lambda: filled.events.recent(20, heard_since=late), "ix_event_logs_heard"),
        "lots": (lambda: filled.chronicle.past_lots(limit=20), "ix_auctions_start_time_id"),
        "of one": (
            lambda: filled.chronicle.past_lots(campaign_id="c1", limit=20),
            "ix_auctions_campaign_id_start_time_id",
        ),
        "regulars": (lambda: filled.chronicle.regulars(10), "ix_bids_created_at_id"),
    }
    for name, (ask, index) in asked.items():
        first, *_ = await plans_of(filled, ask)
        assert index in first, f"{name}:\n{first}"
        assert "Seq Scan on auctions" not in first and "SCAN auctions\n" not in first, f"{name}:\n{first}"
        if name not in {"of one", "regulars"}:  # bounded ones: PostgreSQL may find sorting a few rows cheaper
            assert "TEMP B-TREE" not in first and "Sort" not in first, f"{name}:\n{first}"


async def test_places_and_titles_of_lots_are_found_by_an_index(filled: Database) -> None:
    _, places = await plans_of(filled, lambda: filled.chronicle.past_lots(campaign_id="c1", limit=20))
    assert "ix_auctions_campaign_id_start_time_id" in places, places
    (titles,) = await plans_of(filled, lambda: filled.chronicle.titles(["lot-1", "lot-2"]))
    for plan in (places, titles):
        assert "Seq Scan" not in plan and "SCAN auctions" not in plan and "SCAN art_items" not in plan, plan


async def test_a_search_reads_no_memory_without_its_index(filled: Database) -> None:
    plans = await plans_of(filled, lambda: filled.memories.recall("agent-2", "heron 62", now=NOON, about_user="u1"))
    assert len(plans) == 2
    for plan in plans:
        assert "Seq Scan on memories" not in plan and "SCAN m\n" not in f"{plan}\n", plan
        assert "ix_memories_words" in plan or "memory_words VIRTUAL TABLE INDEX" in plan, plan
