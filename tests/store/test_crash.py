"""Killed without warning: whatever was acknowledged is there."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_runtime.core.errors import Unavailable
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from tests.servers.postgres_server import PostgresServer, find_binaries
from tests.store.values import message, session

_ROOT = Path(__file__).parents[2]


async def killed_while_writing(url: str, after: int) -> list[tuple[str, str, int]]:
    """Kill a writing process after so many acknowledgements; returns all that it gave (id, session, seq)."""
    command = (sys.executable, "-m", "tests.store.acknowledging", url)
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(60):
        lines = [await process.stdout.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        lines += (await process.stdout.read()).splitlines()
        assert await process.wait() == -signal.SIGKILL
    words = (line.decode().split() for line in lines)
    return [(each[0], each[1], int(each[2])) for each in words if len(each) == 3 and len(each[0]) == 36]


async def assert_nothing_lost(url: str, after: int) -> None:
    acknowledged = await killed_while_writing(url, after)
    assert len(acknowledged) >= after
    async with Database(url) as database:
        for message_id, session_id, seq in acknowledged:
            kept = await database.messages.get(message_id)
            assert (kept.session_id, kept.seq) == (session_id, seq)
        owner = (await database.sessions.list(limit=1)).data[0]
        assert (await database.messages.append(message(owner.id))).seq == owner.message_count + 1


async def test_every_acknowledged_append_survives_a_kill(database_url: str) -> None:
    for after in (37, 300):
        await assert_nothing_lost(database_url, after)


@pytest.mark.chaos
async def test_every_acknowledged_append_survives_a_hundred_kills(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("sqlite")
    for after in range(1, 501, 5):
        await assert_nothing_lost(url, after)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.slow
async def test_a_session_that_somebody_else_locks_does_not_hold_up_the_others(
    migrated_url: Callable[[str], str],
) -> None:
    url = migrated_url("postgresql")
    async with Database(url) as database, Database(url) as frozen:
        locked, free = await database.sessions.create(session()), await database.sessions.create(session())
        release = asyncio.Event()
        loop = asyncio.get_running_loop()
        held = asyncio.Event()

        async def hold() -> None:
            pools = frozen.sessions.engine._pools  # type: ignore[attr-defined]
            async with pools.writer.engine.begin() as connection:
                await connection.exec_driver_sql("SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE", (locked.id,))
                held.set()
                await release.wait()

        holder = loop.create_task(hold())
        async with asyncio.timeout(10):
            await held.wait()
        outcomes = await asyncio.gather(
            database.messages.append(message(locked.id)),
            database.messages.append(message(free.id)),
            return_exceptions=True,
        )
        assert isinstance(outcomes[0], Unavailable)
        assert not isinstance(outcomes[1], BaseException)
        release.set()
        await holder
        assert (await database.messages.append(message(locked.id))).seq == 1


async def test_connections_that_the_server_ended_are_replaced(migrated_url: Callable[[str], str]) -> None:
    async with Database(migrated_url("postgresql")) as database:
        owner = await database.sessions.create(session())
        await asyncio.gather(*(database.sessions.get(owner.id) for _ in range(5)))
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        await database.sessions.engine.read(lambda db: db.exec_driver_sql(end).all())
        assert (await database.messages.append(message(owner.id))).seq == 1


@pytest.mark.chaos
async def test_a_server_that_is_gone_is_told_with_the_password_masked() -> None:
    server = PostgresServer(find_binaries())
    server.start()
    url = server.url
    await asyncio.to_thread(schema.upgrade, url)
    async with Database(url) as database:
        owner = await database.sessions.create(session())
        server.stop()
        for job in (database.messages.append(message(owner.id)), database.sessions.get(owner.id)):
            with pytest.raises(Unavailable) as caught:
                await job
            assert "***" in str(caught.value)
            assert url.split(":")[2].split("@")[0] not in str(caught.value)
