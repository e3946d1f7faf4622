"""PostgreSQL: a small pool of asyncpg connections whose every wait is bounded."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.columns import dump_json
from agent_runtime.store.faults import explained

T = TypeVar("T")
_CONNECT_S = 5
_COMMAND_S = 10
_SETTINGS = {
    "timezone": "UTC",
    "statement_timeout": "10000",
    "lock_timeout": "2000",
    # A frozen replica must not keep rows locked for the others.
    "idle_in_transaction_session_timeout": "15000",
    "synchronous_commit": "on",
}


def postgres_engine(address: Address, settings: dict[str, str], command_s: float, **pool: Any) -> AsyncEngine:
    """An asynchronous engine; `settings` are the server's, for each connection."""
    return create_async_engine(
        address.url,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=dump_json,
        connect_args={
            "timeout": _CONNECT_S,
            "command_timeout": command_s,
            "server_settings": {"application_name": f"agent-runtime-{os.getpid()}", **settings},
        },
        **pool,
    )


class PostgresEngine:
    """A PostgreSQL database."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._engine: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None

    async def open(self) -> None:
        """Make the pool and try one connection. Raises Unavailable."""
        self._engine = postgres_engine(
            self.address, _SETTINGS, _COMMAND_S, pool_size=5, max_overflow=5, pool_timeout=5, pool_recycle=1800
        )
        # The same pool; a statement that only reads is a transaction of its own and saves BEGIN and ROLLBACK.
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        await self.read(lambda _connection: None)

    async def close(self) -> None:
        """Close the pool."""
        engine, self._engine, self._reader = self._engine, None, None
        if engine is not None:
            await engine.dispose()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work`; each of its statements sees what is committed when it starts."""
        with explained(self.address):
            async with self._opened(self._reader).connect() as connection:
                return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and commit it."""
        with explained(self.address):
            async with self._opened(self._engine).begin() as connection:
                return await connection.run_sync(work)

    def _opened(self, engine: AsyncEngine | None) -> AsyncEngine:
        if engine is None:
            raise Unavailable(f"{self.address} is closed")
        return engine
