"""PostgreSQL: a small pool of asyncpg connections whose every wait is bounded."""

import os
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent_runtime.store.address import Address
from agent_runtime.store.columns import dump_json
from agent_runtime.store.engine import Pools

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
    return Pools(engine, engine.execution_options(isolation_level="AUTOCOMMIT"), lambda _connection: None)
