"""SQLite: one connection that writes and a few that read, each in a thread of aiosqlite's."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.columns import dump_json
from agent_runtime.store.engine import Pools
from agent_runtime.store.files import has_database

_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses acknowledged rows in a power cut
    "journal_size_limit=67108864",
)
_READERS = 4
_CHECKED_BYTES = 16 * 1024 * 1024


def sqlite_writer(address: Address, *pragmas: str) -> AsyncEngine:
    """The one connection that writes; whoever waits for it waits in line."""
    engine = _sqlite_engine(address, pragmas, pool_size=1, pool_reset_on_return=None)

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        # A transaction that begins with a read could not become one that writes when another process wrote meanwhile.
        driver: Any = connection.connection.dbapi_connection
        driver.run_async(lambda aiosqlite: aiosqlite.execute("BEGIN IMMEDIATE"))  # one hop; a cursor would take three

    @event.listens_for(engine.sync_engine, "reset")
    def leave(driver: Any, _record: Any, _state: Any) -> None:
        if driver.driver_connection.in_transaction:  # mostly not, and to roll back nothing is a hop as well
            driver.rollback()

    return engine


def sqlite_pools(address: Address) -> Pools:
    """For an existing file. Raises Unavailable when there is none, Misconfigured for one that is no database."""
    if address.path is None or not has_database(address.path):
        raise Unavailable(f"{address} does not exist yet; create it with `agent-runtime db upgrade`")
    # Without BEGIN a statement that only reads is a transaction of its own: there is nothing to roll back.
    # The system caches the file once for all of them; four caches of pages more would only take memory.
    reader = _sqlite_engine(
        address, ("query_only=ON", "cache_size=-512"), pool_size=_READERS, skip_autocommit_rollback=True
    )
    return Pools(sqlite_writer(address, "foreign_keys=ON"), reader, partial(_check, address))


def _sqlite_engine(address: Address, pragmas: tuple[str, ...], **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        address.url, max_overflow=0, pool_timeout=10, hide_parameters=True, json_serializer=dump_json, **options
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(driver: Any, _record: Any) -> None:
        driver.isolation_level = None  # the driver's own idea of when to begin is wrong for us
        cursor = driver.cursor()
        for pragma in (*_PRAGMAS, *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _check(address: Address, connection: Connection) -> None:
    """A quick look for damage, of a file small enough to be looked through at every start; one that is damaged is
    left as it is."""
    if address.path is None or address.path.stat().st_size > _CHECKED_BYTES:
        return
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        found = str(verdict).splitlines()[-1]
        raise Misconfigured(f"{address} is damaged ({found}); restore a backup to that place")
