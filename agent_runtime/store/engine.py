"""Where a unit of work runs: two pools of one database, and a task for every unit that no caller can cancel."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.faults import explained

T = TypeVar("T")
_GRACE_S = 15.0  # longer than any statement may take
_CLOSE_S = 5.0


class Engine(Protocol):
    """A database that runs plain functions of a `Connection`.

    Raises: Unavailable for whatever the work is not to blame for (`Contended` when it lost a race for a lock);
    everything else comes through as the work raised it, rolled back.
    """

    @property
    def address(self) -> Address:
        """Where the database is."""
        ...

    async def open(self) -> None:
        """Make ready to run work. Raises Unavailable, Misconfigured."""
        ...

    async def close(self) -> None:
        """Let go of every connection, also after a failed or missing `open`."""
        ...

    def in_use(self) -> Mapping[str, int]:
        """How many connections are at work, by pool; empty while closed."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that writes nothing; many at a time. Each statement sees what is committed when it starts."""
        ...

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction and commit it; returning means it is on disk."""
        ...


class Pool(Protocol):
    """Connections, and how a plain function of one is run without holding up the loop."""

    @property
    def in_use(self) -> int:
        """How many connections are at work."""
        ...

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run work on a connection that nobody else has meanwhile."""
        ...

    async def dispose(self, *, close: bool = True) -> None:
        """Let go of the connections; with `close` they are told, and waited for."""
        ...


@dataclass(frozen=True)
class Pools:
    """What SQLite and PostgreSQL differ in: how connections are made, whether reading and writing share them, and a
    first look at the database."""

    writer: Pool
    reader: Pool
    check: Callable[[Connection], None]
    are_one: bool = False


@dataclass
class PooledEngine:
    """A database behind two pools.

    A unit of work runs to its end even when its caller is cancelled: a cancelled statement would leave its
    connection, and the lock that it holds, to nobody.
    """

    address: Address
    build: Callable[[Address], Pools]
    _pools: Pools | None = None
    _units: set[asyncio.Task[Any]] = field(default_factory=set)

    async def open(self) -> None:
        """Make the pools and try one connection. Raises Unavailable, Misconfigured."""
        self._pools = self.build(self.address)
        await self.read(self._pools.check)

    async def close(self) -> None:
        """Wait for work in progress, at most fifteen seconds, then close the connections."""
        pools, self._pools = self._pools, None
        if self._units:
            _, late = await asyncio.wait(self._units, timeout=_GRACE_S)
            for unit in late:
                unit.cancel()
            if late:
                await asyncio.wait(late, timeout=_CLOSE_S)
        for pool in (pools.reader, pools.writer) if pools else ():
            try:
                async with asyncio.timeout(_CLOSE_S):
                    await pool.dispose()
            except TimeoutError:
                await pool.dispose(close=False)  # a server that does not answer a farewell goes without

    def in_use(self) -> Mapping[str, int]:
        """How many connections of each pool are at work: `writer` and `reader`, or `both` where they share one."""
        if self._pools is None:
            return {}
        writer, reader = self._pools.writer, self._pools.reader
        named = {"both": writer} if self._pools.are_one else {"writer": writer, "reader": reader}
        return {name: pool.in_use for name, pool in named.items()}

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` outside a transaction."""
        return await self._finish(self._opened().reader, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and commit it."""
        return await self._finish(self._opened().writer, partial(_committed, work))

    def _opened(self) -> Pools:
        if self._pools is None:
            raise Unavailable(f"{self.address} is closed")
        return self._pools

    async def _finish(self, pool: Pool, work: Callable[[Connection], T]) -> T:
        task = asyncio.get_running_loop().create_task(_run(pool, work), name="store-unit")
        self._units.add(task)
        task.add_done_callback(self._done)
        await asyncio.wait({task})  # cancelled, it leaves the task alone
        if task.cancelled():
            raise Unavailable(f"{self.address} was closed before this was done")
        with explained(self.address):
            return task.result()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._units.discard(task)
        if not task.cancelled():
            task.exception()  # "retrieved": a caller who left is no complaint in the log


async def _run(pool: Pool, work: Callable[[Connection], T]) -> T:
    return await pool.run(work)


def _committed(work: Callable[[Connection], T], connection: Connection) -> T:
    with connection.begin():
        return work(connection)
