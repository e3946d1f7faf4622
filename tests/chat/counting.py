"""A database that counts what it is asked: units of reading, groups of writing, and the statements of the latter."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from agent_runtime.store.address import Address
from agent_runtime.store.database import Database
from agent_runtime.store.engine import Engine

T = TypeVar("T")
_COUNTED = ("sessions", "messages", "turns", "claims", "character_files")


@dataclass
class Cost:
    """What was asked."""

    reads: int = 0
    writes: int = 0
    statements: int = 0


class Counted:
    """An engine that counts, of one database."""

    def __init__(self, database: Database) -> None:
        self._engine: Engine = database.messages.engine
        self._cost = Cost()
        database.messages.writer.engine = self
        for name in _COUNTED:
            setattr(database, name, replace(getattr(database, name), engine=self))

    @property
    def address(self) -> Address:
        return self._engine.address

    async def open(self) -> None:
        await self._engine.open()

    async def close(self) -> None:
        await self._engine.close()

    async def read(self, work: Callable[[Connection], T]) -> T:
        self._cost.reads += 1
        return await self._engine.read(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        self._cost.writes += 1
        return await self._engine.write(work)

    def in_use(self) -> Mapping[str, int]:
        return self._engine.in_use()

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[Cost]:
        """What is asked meanwhile."""
        await self._engine.write(_tell(self._count))
        self._cost = cost = Cost()
        try:
            yield cost
        finally:
            self._cost = Cost()
            await self._engine.write(_tell(None))

    def _count(self, _statement: str) -> None:
        self._cost.statements += 1


def _tell(callback: Callable[[str], None] | None) -> Callable[[Connection], None]:
    """Have SQLite's connection that writes call it for every statement."""
    return lambda db: cast(Any, db.connection.driver_connection).set_trace_callback(callback)
