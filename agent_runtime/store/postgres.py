"""PostgreSQL: a small pool of asyncpg connections whose every wait is bounded."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from agent_runtime.store.address import Address
from agent_runtime.store.columns import dump_json
from agent_runtime.store.engine import Pools

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


def postgres_pools(address: Address) -> Pools:
    """One pool; a statement that only reads is a transaction of its own and saves BEGIN and ROLLBACK."""
    engine = postgres_engine(
        address, _SETTINGS, _COMMAND_S, pool_size=5, max_overflow=5, pool_timeout=5, pool_recycle=1800
    )
    reader = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Pools(PostgresPool(engine), PostgresPool(reader), lambda _connection: None, are_one=True)


@dataclass(frozen=True)
class PostgresPool:
    """Connections of one asynchronous engine."""

    engine: AsyncEngine

    @property
    def in_use(self) -> int:
        """How many connections are at work, of all that share them."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection of its own; where it waits for the server, the loop goes on."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(work)

    async def dispose(self, *, close: bool = True) -> None:
        """Let go of the connections."""
        await self.engine.dispose(close=close)
