"""A connection fit for changing the schema: alone on PostgreSQL, with a copy of the file taken on SQLite."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import Address, parse_address
from agent_runtime.store.faults import explained
from agent_runtime.store.files import create_private, has_database
from agent_runtime.store.postgres import postgres_engine
from agent_runtime.store.sqlite import sqlite_writer

T = TypeVar("T")
_LOCK = 7_205_514_961  # of all advisory locks in the database this one is ours
_LOCK_WAIT = "60s"
_STATEMENT_S = 900.0


def with_connection(url: str, work: Callable[[Connection], T], *, alone: bool = True) -> T:
    """Run `work` on a connection whose transactions are its own; blocks, also inside a running loop.

    `alone`: nobody else changes the schema meanwhile. Creates a SQLite file that is missing. Raises Misconfigured,
    Unavailable.
    """
    address = parse_address(url)
    with explained(address):
        if address.path is not None:
            return _in_a_thread(_on_sqlite(address, address.path, work))
        return _in_a_thread(_on_postgres(address, work, alone=alone))


def copy_path(path: Path) -> Path:
    """Where the copy from before the last upgrade lies."""
    return path.with_name(f"{path.name}.before-upgrade")


def keep_copy(connection: Connection, path: Path) -> Path:
    """Copy the whole database next to it, complete or not at all; the copy before it is replaced."""
    final = copy_path(path)
    draft = final.with_name(f"{final.name}.tmp")
    draft.unlink(missing_ok=True)
    create_private(draft)
    connection.rollback()  # SQLite refuses to copy within a transaction, and the driver itself begins none
    cursor = connection.connection.cursor()
    cursor.execute("VACUUM INTO ?", (str(draft),))
    cursor.close()
    _sync(draft)
    draft.replace(final)
    _sync(final.parent)
    return final


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _on_sqlite(address: Address, path: Path, work: Callable[[Connection], T]) -> T:
    if not has_database(path):
        create_private(path)
    # Keys are off while tables are made anew, or dropping the old one would cascade; checked when all is done.
    async with sqlite_writer(address, "foreign_keys=OFF") as seat:
        outcome = await seat.run(work)
        orphans = await seat.run(lambda db: db.execute(text("PRAGMA foreign_key_check")).first())
    if orphans is not None:
        raise Unavailable(f"{address}: rows of {orphans[0]} refer to rows that do not exist; restore {copy_path(path)}")
    return outcome


async def _on_postgres(address: Address, work: Callable[[Connection], T], *, alone: bool) -> T:
    settings = {"lock_timeout": _LOCK_WAIT, "statement_timeout": "0", "timezone": "UTC"}
    engine = postgres_engine(address, settings, _STATEMENT_S, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            if alone:
                # Of replicas that start together one upgrades; the others wait and find nothing to do. Held by the
                # connection, because every revision is a transaction of its own.
                await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
                await connection.commit()
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _in_a_thread(job: Coroutine[None, None, T]) -> T:
    """Run a coroutine to its end on a loop of its own, whatever loop may run here."""
    with ThreadPoolExecutor(1, "schema") as thread:
        return thread.submit(asyncio.run, job).result()
