"""Tokens spent: one sum a day, for all processes together, that outlasts a restart."""

import asyncio
from collections.abc import Callable
from datetime import date

from agent_runtime.store.database import Database

DAY = date(2026, 3, 1)


async def test_tokens_add_up_by_day(database: Database) -> None:
    assert await database.spending.spent(DAY) == 0
    assert await database.spending.add(DAY, 5) == 5
    sums = await asyncio.gather(*(database.spending.add(DAY, 10) for _ in range(20)))
    assert sorted(sums) == list(range(15, 215, 10))
    assert await database.spending.add(date(2026, 3, 2), 1) == 1
    assert await database.spending.spent(DAY) == 205
    await database.disconnect()
    await database.connect()
    assert await database.spending.spent(DAY) == 205


async def test_a_count_that_cannot_be_is_taken_for_one_that_can(database: Database) -> None:
    assert await database.spending.add(DAY, -5) == 0
    assert await database.spending.add(DAY, 10**30) == await database.spending.spent(DAY) == 2**48


async def test_two_processes_share_a_sum(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("postgresql")
    async with Database(url) as one, Database(url) as other:
        await asyncio.gather(*(each.spending.add(DAY, 1) for _ in range(30) for each in (one, other)))
        assert await one.spending.spent(DAY) == 60
