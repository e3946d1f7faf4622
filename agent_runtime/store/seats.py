"""SQLite connections of aiosqlite's, in whose threads a unit of work runs as a whole: one hop there and back, where
SQLAlchemy's adapter for aiosqlite takes up to four a statement."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.columns import dump_json

T = TypeVar("T")
_BUSY_S = 10.0
_SPENT = ("SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB")


@dataclass(frozen=True)
class Seat:
    """One connection with its thread. `engine` is SQLAlchemy's view of it, to be used in that thread only; `file` the
    device and inode that it was opened on."""

    path: Path
    driver: aiosqlite.Connection
    engine: Engine
    file: tuple[int, int]

    @classmethod
    async def taken(cls, address: Address, pragmas: tuple[str, ...], *, writes: bool) -> "Seat":
        """Connect to a file that is there; one that `writes` begins its transactions with the lock. Raises
        sqlite3.Error, OSError."""
        path = address.path or Path()
        # Never created here: in the place of one that was taken away it would be empty, and readable for everyone.
        # The driver's own idea of BEGIN is wrong for us.
        driver = aiosqlite.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None)
        driver._thread.daemon = True  # a disk that hangs keeps no process from ending
        await driver
        try:
            for pragma in pragmas:
                await driver.execute_fetchall(f"PRAGMA {pragma}")
            file = await driver._execute(_identity, path)  # type: ignore[no-untyped-call]
            return cls(path, driver, _engine_on(driver, writes=writes), file)
        except (sqlite3.Error, OSError):
            await _closed(driver)
            raise
        except BaseException:  # given up: a disk that hangs is not waited for
            _closed(driver)
            raise

    async def run(self, work: Callable[[Connection], T]) -> T:
        """All of `work` in the thread. What it leaves uncommitted is rolled back."""
        # aiosqlite's public calls run a statement each; SQLAlchemy's adapter hands it functions in the same way.
        outcome: T = await self.driver._execute(self._whole, work)  # type: ignore[no-untyped-call]
        return outcome

    def leave(self) -> asyncio.Future[object]:
        """Have it closed when its thread comes to that; then the future is done."""
        return _closed(self.driver)

    def _whole(self, work: Callable[[Connection], T]) -> T:
        self._check_file()
        with self.engine.connect() as connection:
            try:
                return work(connection)
            except StopIteration as error:  # no future takes it: whoever waits would wait for ever
                raise RuntimeError("a unit of work ran over the end of an iterator") from error

    def _check_file(self) -> None:
        """SQLite would go on in a file without a name: what it acknowledged would be gone when it is closed."""
        try:
            is_there = _identity(self.path) == self.file
        except FileNotFoundError:
            is_there = False
        if not is_there:
            where = f"sqlite:///{self.path}"
            raise Unavailable(f"{where} was taken away or replaced while it was in use; stop the runtime, put it back")


@dataclass
class Seats:
    """At most `limit` connections to one file, made when they are first needed."""

    address: Address
    pragmas: tuple[str, ...]
    limit: int
    writes: bool = False
    _free: list[Seat] = field(default_factory=list)
    _taken: set[Seat] = field(default_factory=set)
    _left: set[asyncio.Future[object]] = field(default_factory=set)
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
        for seat in (*self._free, *self._taken):
            self._leave(seat)
        self._free.clear()
        self._taken.clear()
        if close:
            await asyncio.gather(*self._left)

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
            except (sqlite3.Error, DBAPIError) as error:
                if seat in self._taken and _is_spent(error):
                    self._taken.discard(seat)
                    self._leave(seat)
                raise
            finally:
                if seat in self._taken:  # not disposed of meanwhile
                    self._taken.discard(seat)
                    self._free.append(seat)
        finally:
            self._room.release()

    def _leave(self, seat: Seat) -> None:
        left = seat.leave()
        self._left.add(left)
        left.add_done_callback(self._left.discard)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_BUSY_S):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable(f"{self.address}: every connection is busy; try again shortly") from None


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _closed(driver: aiosqlite.Connection) -> asyncio.Future[object]:
    """Not `driver.close()`: cancelled while the disk hangs, that goes on waiting."""
    return cast("asyncio.Future[object]", driver.stop())  # None only where no loop runs


def _is_spent(error: sqlite3.Error | DBAPIError) -> bool:
    """Whether the connection may have kept what a failing disk gave it: another one reads anew."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    is_closed = isinstance(cause, sqlite3.ProgrammingError)
    return is_closed or getattr(cause, "sqlite_errorname", "").startswith(_SPENT)


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
