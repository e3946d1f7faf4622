"""SQLite connections when a unit of work, the file or the disk misbehaves: nobody waits for ever, nothing is lost."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import parse_address
from agent_runtime.store.database import Database
from agent_runtime.store.seats import Seats
from tests.store.values import message, session
from tests.waiting import until

_PAGE = 4096


def one(db: Connection) -> object:
    return db.exec_driver_sql("SELECT 1").scalar()


def runs_over(db: Connection) -> None:
    db.exec_driver_sql("UPDATE sessions SET title = 'half'")
    next(iter(()))


def leaves_open(db: Connection) -> None:
    db.exec_driver_sql("BEGIN")
    db.exec_driver_sql("SELECT id FROM sessions").fetchone()


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def descriptors_of(path: Path) -> int:
    """How often this process has the file open."""
    links = Path("/proc/self/fd").iterdir()
    return sum(os.path.realpath(link) == str(path) for link in links)


async def test_who_closes_gives_up_a_disk_that_hangs_and_what_hung_is_closed_when_it_comes_back(
    migrated_url: Callable[[str], str],
) -> None:
    url, disk = migrated_url("sqlite"), threading.Event()
    seats = Seats(parse_address(url), (), 2)
    hangs = asyncio.create_task(seats.run(lambda _: disk.wait(30)))
    await until(lambda: seats.in_use)
    await seats.run(one)
    try:
        closing = asyncio.create_task(asyncio.wait_for(seats.dispose(), 0.05))
        assert (await asyncio.wait({closing}, timeout=10))[0]
        assert isinstance(closing.exception(), TimeoutError)
        await until(lambda: descriptors_of(path_of(url)) == 1)  # the one that does not hang is closed
    finally:
        disk.set()
    await hangs
    await until(lambda: descriptors_of(path_of(url)) == 0)


async def test_a_unit_that_runs_over_the_end_of_an_iterator_is_told_so_and_the_next_is_written(
    migrated_url: Callable[[str], str],
) -> None:
    async with asyncio.timeout(20), Database(migrated_url("sqlite")) as database:
        owner = await database.sessions.create(session(title="whole"))
        with pytest.raises(RuntimeError, match="iterator"):
            await database.sessions.engine.write(runs_over)
        await database.messages.append(message(owner.id))
        assert (await database.sessions.get(owner.id)).title == "whole"


async def test_a_reader_that_leaves_a_transaction_open_keeps_no_old_state(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("sqlite")
    async with Database(url) as database:
        await database.sessions.create(session())
        await database.sessions.engine.read(leaves_open)
        await database.sessions.create(session())
        seats = Seats(parse_address(url), (), 1)
        busy, _, _ = await seats.run(lambda db: tuple(db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()))
        await seats.dispose()
        assert busy == 0


@pytest.mark.parametrize("comes_another", [False, True])
async def test_a_file_that_is_taken_away_is_missed_at_once_and_goes_on_when_it_is_put_back(
    migrated_url: Callable[[str], str], comes_another: bool
) -> None:
    """SQLite itself would acknowledge what is lost when the file is closed."""
    url = migrated_url("sqlite")
    path, away = path_of(url), path_of(url).with_name("away.db")
    async with Database(url) as database:
        owner = await database.sessions.create(session())
        path.rename(away)
        if comes_another:
            path.write_bytes(away.read_bytes())
        with pytest.raises(Unavailable, match="taken away or replaced"):
            await database.messages.append(message(owner.id))
        reads = await asyncio.gather(*(database.messages.list(owner.id) for _ in range(6)), return_exceptions=True)
        assert any(isinstance(each, Unavailable) for each in reads)
        assert comes_another or all(isinstance(each, Unavailable) for each in reads)
        assert path.exists() == comes_another
        away.rename(path)
        assert (await database.messages.append(message(owner.id))).seq == 1


async def test_what_a_failing_disk_gave_once_is_not_believed_for_ever(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("sqlite")
    async with Database(url) as database:
        owner = await database.sessions.create(session())
        for _ in range(50):
            await database.messages.append(message(owner.id, "x" * 500))
    path = path_of(url)
    whole = path.read_bytes()
    async with Database(url) as database:
        with path.open("r+b") as file:
            file.seek(_PAGE)
            file.write(b"\xff" * (len(whole) - _PAGE))
            file.flush()
            with pytest.raises(Unavailable, match="damaged"):
                await database.messages.append(message(owner.id))
            file.seek(0)
            file.write(whole)
            file.flush()
            assert len((await database.messages.list(owner.id)).data) == 50
            assert (await database.messages.append(message(owner.id))).seq == 51


def test_a_database_is_opened_again_in_another_loop(migrated_url: Callable[[str], str]) -> None:
    database = Database(migrated_url("sqlite"))

    async def use() -> None:
        async with database:
            owner = await database.sessions.create(session())
            await asyncio.gather(*(database.messages.append(message(owner.id)) for _ in range(20)))
            await asyncio.gather(*(database.indexer.catch_up() for _ in range(3)))
            await asyncio.gather(*(database.messages.list(owner.id) for _ in range(9)))

    for _ in range(3):
        asyncio.run(use())
