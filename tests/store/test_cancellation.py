"""Callers that give up: nothing stays locked, nothing half done, and later work goes on."""

import asyncio
import random
import sqlite3

from sqlalchemy import Connection, text

from agent_runtime.store.database import Database
from tests.store.values import message, session
from tests.waiting import asked_until


def assert_writable(database: Database) -> None:
    """Nobody holds the lock of the file."""
    if database.address.path is not None:
        other = sqlite3.connect(database.address.path, timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()


async def test_two_hundred_cancelled_appends_leave_nothing_locked(database: Database) -> None:
    owner = await database.sessions.create(session())
    chance = random.Random(7)
    outcomes: list[object] = []
    for _ in range(20):
        tasks = [asyncio.create_task(database.messages.append(message(owner.id))) for _ in range(10)]
        await asyncio.sleep(0)  # all of them wait for the writer now
        for task in chance.sample(tasks, 10):
            for _ in range(chance.randrange(8)):
                await asyncio.sleep(0)
            task.cancel()
        outcomes += await asyncio.gather(*tasks, return_exceptions=True)
    last = await database.messages.append(message(owner.id))
    assert any(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    # A cancelled caller's message is kept all the same, so every place is taken.
    assert last.seq == 201
    assert_writable(database)


async def test_cancelled_reads_give_their_connections_back(database: Database) -> None:
    owner = await database.sessions.create(session())
    chance = random.Random(7)
    for _ in range(40):
        tasks = [asyncio.create_task(database.messages.list(owner.id)) for _ in range(5)]
        for task in tasks:
            for _ in range(chance.randrange(6)):
                await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(10):
        pages = await asyncio.gather(*(database.messages.list(owner.id) for _ in range(20)))
    assert len(pages) == 20


def _count(db: Connection) -> None:
    db.execute(text("UPDATE sessions SET message_count = message_count + 1"))
    db.execute(text("UPDATE sessions SET title = 'counted'"))


def _look(db: Connection) -> int:
    db.execute(text("SELECT count(*) FROM messages")).scalar_one()
    return int(db.execute(text("SELECT message_count FROM sessions")).scalar_one())


async def test_four_hundred_cancelled_units_of_work_finish_and_leave_nothing_locked(database: Database) -> None:
    await database.sessions.create(session())
    engine, chance = database.sessions.engine, random.Random(7)
    given_up = 0
    for _ in range(40):
        works = [engine.write(_count), *(engine.read(_look) for _ in range(8)), engine.write(_count)]
        tasks = [asyncio.create_task(work) for work in works]
        for task in chance.sample(tasks, len(tasks)):
            # Past the first step every unit runs; from there on the caller may leave at any moment.
            for _ in range(1 + chance.randrange(30)):
                await asyncio.sleep(0)
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        given_up += sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
        assert all(isinstance(outcome, asyncio.CancelledError | int | None) for outcome in outcomes), outcomes
    async with asyncio.timeout(10):
        await engine.write(_count)
        # Writers of several connections end in any order: the last one asked for may not be the last one done.
        await asked_until(lambda: engine.read(_look), lambda count: count == 81)
        assert set(await asyncio.gather(*(engine.read(_look) for _ in range(20)))) == {81}
    assert given_up > 100
    assert_writable(database)


async def test_closing_waits_for_work_whose_caller_has_left(database_url: str) -> None:
    async with Database(database_url) as database:
        await database.sessions.create(session())
        left = asyncio.create_task(database.sessions.engine.write(_count))
        await asyncio.sleep(0)  # begun
        left.cancel()
    async with Database(database_url) as database:
        assert await database.sessions.engine.read(_look) == 1
    assert left.cancelled()


async def test_leaving_writes_what_is_waiting(database_url: str) -> None:
    async with Database(database_url) as database:
        owner = await database.sessions.create(session())
        tasks = [asyncio.create_task(database.messages.append(message(owner.id))) for _ in range(500)]
        await asyncio.sleep(0)
    kept = await asyncio.gather(*tasks)
    assert [each.seq for each in kept] == list(range(1, 501))
    async with Database(database_url) as database:
        assert (await database.sessions.get(owner.id)).message_count == 500
