"""The writer: groups, culprits and outages."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, text

from agent_runtime.core.errors import Busy, Unavailable
from agent_runtime.store.address import Address, parse_address
from agent_runtime.store.database import Database
from agent_runtime.store.engine import T
from agent_runtime.store.writer import Writer
from tests.store.values import message, session


def _insert(connection: Connection, items: Sequence[str]) -> list[str | Exception]:
    """Counts an item; "bad" and "raw" break a rule of the database, "bug" is a mistake in the code."""
    for item in items:
        connection.execute(text("UPDATE sessions SET message_count = message_count + 1 WHERE id = 's'"))
        match item:
            case "bug":
                raise TypeError("a mistake")
            case "bad":
                connection.execute(text("UPDATE sessions SET character = NULL"))
            case "raw":
                driver: Any = connection.connection.dbapi_connection
                driver.execute("UPDATE sessions SET character = NULL")
    return list(items)


async def _outcomes(writer: Writer, items: Sequence[str]) -> list[Any]:
    return await asyncio.gather(*(writer.write(_insert, item) for item in items), return_exceptions=True)


async def test_only_the_culprit_of_a_group_hears_of_it(migrated_url: Callable[[str], str]) -> None:
    async with Database(migrated_url("sqlite")) as database:
        await database.sessions.create(session(id="s"))
        outcomes = await _outcomes(database.sessions.writer, ["a", "b", "bad", "c", "bug", "d", "raw"])
        assert [outcome for outcome in outcomes if isinstance(outcome, str)] == ["a", "b", "c", "d"]
        assert type(outcomes[2]).__name__ == type(outcomes[6]).__name__ == "IntegrityError"
        assert isinstance(outcomes[4], TypeError)
        # Rolled back and run again alone: nothing counted twice, nothing of the culprits.
        assert (await database.sessions.get("s")).message_count == 4


async def test_who_has_nothing_to_write_commits_nothing_when_it_stops(migrated_url: Callable[[str], str]) -> None:
    database = Database(migrated_url("sqlite"))
    async with database:
        await database.sessions.create(session())
    assert sum(database.writer.commits.counts) == 1


@dataclass
class BrokenEngine:
    """An engine whose database is gone; it counts how often it was tried."""

    address: Address = field(default_factory=lambda: parse_address("sqlite:////nowhere.db"))
    tried: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        raise Unavailable("gone")

    async def write(self, work: Callable[[Connection], T]) -> T:
        self.tried += 1
        await self.gate.wait()
        raise Unavailable("gone")


async def test_an_outage_is_told_to_all_and_tried_once_a_group() -> None:
    engine = BrokenEngine()
    engine.gate.set()
    writer = Writer(engine)
    writer.start()
    outcomes = await _outcomes(writer, ["a"] * 100)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert len({id(outcome) for outcome in outcomes}) == 100
    assert engine.tried == 1
    await writer.stop()


async def test_an_outage_is_known_for_a_minute_whatever_succeeds_meanwhile() -> None:
    engine, now = BrokenEngine(), 1000.0
    engine.gate.set()
    writer = Writer(engine, clock=lambda: now)
    assert writer.trouble == ""
    writer.start()
    await _outcomes(writer, ["a"])
    now += 59.0
    assert writer.trouble == "gone"
    now += 2.0
    assert writer.trouble == ""
    await writer.stop()


async def test_what_waits_is_bounded() -> None:
    writer = Writer(BrokenEngine())
    writer.start()
    tasks = [asyncio.create_task(writer.write(_insert, "a")) for _ in range(5000)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    refused = [task for task in tasks if task.done()]
    assert refused and all(isinstance(task.exception(), Busy) for task in refused)
    writer.engine.gate.set()  # type: ignore[attr-defined]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Busy, Unavailable}
    await writer.stop()


async def test_nothing_is_written_before_connect_or_after_disconnect(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(Unavailable, match="closed"):
        await database.sessions.create(session())
    with pytest.raises(Unavailable, match="closed"):
        await database.sessions.get("x")
    await database.connect()
    owner = await database.sessions.create(session())
    await database.disconnect()
    await database.disconnect()
    with pytest.raises(Unavailable, match="closed"):
        await database.messages.append(message(owner.id))
    async with database:
        assert await database.sessions.get(owner.id) == owner
