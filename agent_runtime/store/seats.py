"""SQLite connections of aiosqlite's, in whose threads a unit of work runs as a whole: one hop there and back, where
SQLAlchemy's adapter for aiosqlite takes up to four a statement."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.columns import dump_json

T = TypeVar("T")
_BUSY_S = 10.0


@dataclass(frozen=True)
class Seat:
    """One connection with its thread. `engine` is SQLAlchemy's view of it, to be used in that thread only."""

    driver: aiosqlite.Connection
    engine: Engine

    @classmethod
    async def taken(cls, address: Address, pragmas: tuple[str, ...], *, writes: bool) -> "Seat":
        """Connect; one that `writes` begins its transactions with the lock. Raises sqlite3.Error."""
        driver = aiosqlite.connect(str(address.path), isolation_level=None)  # its own idea of BEGIN is wrong for us
        driver._thread.daemon = True  # a disk that hangs keeps no process from ending
        await driver
        try:
            for pragma in pragmas:
                await driver.execute_fetchall(f"PRAGMA {pragma}")
        except BaseException:
            await driver.close()
            raise
        return cls(driver, _engine_on(driver, writes=writes))

    async def run(self, work: Callable[[Connection], T]) -> T:
        """All of `work` in the thread. What it leaves uncommitted is rolled back."""
        # aiosqlite's public calls run a statement each; SQLAlchemy's adapter hands it functions in the same way.
        outcome: T = await self.driver._execute(self._whole, work)  # type: ignore[no-untyped-call]
        return outcome

    async def leave(self, *, waiting: bool = True) -> None:
        """Close it; without `waiting` whenever the thread comes to it."""
        if waiting:
            await self.driver.close()
        else:
            self.driver.stop()

    def _whole(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)


@dataclass
class Seats:
    """At most `limit` connections to one file, made when they are first needed."""

    address: Address
    pragmas: tuple[str, ...]
    limit: int
    writes: bool = False
    _free: list[Seat] = field(default_factory=list)
    _taken: set[Seat] = field(default_factory=set)
    _room: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.limit)

    @property
    def in_use(self) -> int:
        """How many connections are at work."""
        return len(self._taken)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection that nobody else has meanwhile; who waits, waits in line. Raises Unavailable."""
        async with self._one() as seat:
            return await seat.run(work)

    async def dispose(self, *, close: bool = True) -> None:
        """Close every connection; without `close` nobody waits for them."""
        seats = [*self._free, *self._taken]
        self._free.clear()
        self._taken.clear()
        for seat in seats:
            await seat.leave(waiting=close)

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[Seat]:
        if self._room.locked():
            await self._wait()
        else:
            await self._room.acquire()
        try:
            seat = self._free.pop() if self._free else await Seat.taken(self.address, self.pragmas, writes=self.writes)
            self._taken.add(seat)
            try:
                yield seat
            finally:
                if seat in self._taken:  # not disposed of meanwhile
                    self._taken.discard(seat)
                    self._free.append(seat)
        finally:
            self._room.release()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_BUSY_S):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable(f"{self.address}: every connection is busy; try again shortly") from None


def _engine_on(driver: aiosqlite.Connection, *, writes: bool) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: driver._conn,
        poolclass=StaticPool,
        hide_parameters=True,
        json_serializer=dump_json,
    )
    if writes:

        @event.listens_for(engine, "begin")
        def lock(connection: Connection) -> None:
            # A transaction that begins with a read could not become one that writes when another process wrote
            # meanwhile.
            raw: Any = connection.connection.dbapi_connection
            raw.execute("BEGIN IMMEDIATE")

    return engine
