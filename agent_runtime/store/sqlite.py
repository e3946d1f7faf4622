"""SQLite: one connection that writes, a few that read, each used from threads of its own.

The synchronous driver in a thread of ours, not one hop a statement: a whole group of writes costs one hop, and
a cancelled caller cannot leave a statement, a transaction or a lock behind, because a thread is not cancelled.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.columns import dump_json
from agent_runtime.store.faults import explained
from agent_runtime.store.files import has_database

T = TypeVar("T")
_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses acknowledged rows in a power cut
    "journal_size_limit=67108864",
)
_READERS = 4
_CHECKED_BYTES = 16 * 1024 * 1024


def sqlite_engine(address: Address, begin: str, pragmas: tuple[str, ...], pool_size: int) -> Engine:
    """A synchronous engine whose every connection has `pragmas` and whose every transaction starts with `begin`."""
    engine = create_engine(
        address.url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,
        json_serializer=dump_json,
    )

    @event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: Any) -> None:
        driver.isolation_level = None  # the driver's own idea of when to begin is wrong for us
        for pragma in (*_PRAGMAS, *pragmas):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class SqliteEngine:
    """A SQLite file. Work runs to its end even when its caller is cancelled."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._parts: tuple[_Threads, _Threads] | None = None

    async def open(self) -> None:
        """Open the existing file; one that is damaged is left as it is. Raises Unavailable, Misconfigured."""
        if self.address.path is None or not has_database(self.address.path):
            raise Unavailable(f"{self.address} does not exist yet; create it with `agent-runtime db upgrade`")
        self._parts = (
            _Threads(self.address, "store-write", "BEGIN IMMEDIATE", ("foreign_keys=ON",), 1),
            _Threads(self.address, "store-read", "BEGIN", ("query_only=ON",), _READERS),
        )
        await self._parts[1].run(self._check)

    async def close(self) -> None:
        """Wait for work in progress, then close the connections."""
        parts, self._parts = self._parts or (), None
        for part in reversed(parts):
            await asyncio.to_thread(part.close)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection that refuses to write, in one snapshot."""
        return await self._opened(1).run(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and commit it: one hop to the writing thread."""
        return await self._opened(0).run(work)

    def _opened(self, part: int) -> "_Threads":
        if self._parts is None:
            raise Unavailable(f"{self.address} is closed")
        return self._parts[part]

    def _check(self, connection: Connection) -> None:
        """A quick look for damage, of a file small enough to be looked through at every start."""
        path = self.address.path
        if path is None or path.stat().st_size > _CHECKED_BYTES:
            return
        with contextlib.closing(connection.execute(text("PRAGMA quick_check(1)"))) as rows:
            verdict = rows.scalar()
        if verdict != "ok":
            found = str(verdict).splitlines()[-1]
            raise Misconfigured(f"{self.address} is damaged ({found}); restore a backup to that place")


class _Threads:
    """Threads that each use a connection at a time; as many connections as threads, so that none waits."""

    def __init__(self, address: Address, name: str, begin: str, pragmas: tuple[str, ...], count: int) -> None:
        self._address = address
        self._engine = sqlite_engine(address, begin, pragmas, count)
        self._threads = ThreadPoolExecutor(count, name)

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, work)

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with explained(self._address), self._engine.begin() as connection:
            return work(connection)
