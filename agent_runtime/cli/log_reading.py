"""The event log read back as it was heard, beside a runtime that may be writing it; nothing is written or locked."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agent_runtime.app import database_url
from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.errors import SchemaBehind, Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.core.ports import Events
from agent_runtime.domains import DOMAINS
from agent_runtime.store.database import Database
from agent_runtime.store.engine import PooledEngine
from agent_runtime.store.events import SqlEvents
from agent_runtime.store.files import has_database
from agent_runtime.store.postgres import postgres_pools
from agent_runtime.store.sqlite import sqlite_pools
from agent_runtime.store.writer import Writer

if TYPE_CHECKING:
    from agent_runtime.cli.sources import Stretch
    from agent_runtime.config import Settings

_PAGE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CHANNELS = {kind: domain.channel for domain in DOMAINS for kind in domain.types}


async def logged(stretch: "Stretch", settings: "Settings") -> AsyncGenerator[bytes]:
    """The events of `stretch` that are in the log now, without dead letters. Raises Unavailable, SchemaBehind."""
    now, cursor = datetime.now(UTC), None
    async with _log(database_url(settings)) as events:
        while True:
            page = await events.list(limit=_PAGE, cursor=cursor, since=stretch.since, until=stretch.until, dead=False)
            for row in page.data:
                if row.received_at is not None and row.received_at > now:
                    return  # a runtime goes on hearing; without an end a replay would never end either
                if _was_taken_in(row) and stretch.lot in (None, _lot_of(row)):
                    yield _envelope(row).as_json()
            if (cursor := page.next_cursor) is None:
                return


@asynccontextmanager
async def _log(url: str) -> AsyncIterator[Events]:
    """The log alone, on connections that only read: a `Database` would begin by trying to write."""
    database = Database(url)
    if database.address.path is not None and not has_database(database.address.path):
        raise Unavailable(
            f"no event log: {database.address} does not exist; name another with --database or --data-dir"
        )
    standing = await database.standing()
    if standing.current != standing.head:
        raise SchemaBehind(
            f"{database.address} has schema {standing.current or 'none'}, this code reads {standing.head}; "
            "run `agent-runtime db upgrade`, or read it with the version that wrote it"
        )
    pools = sqlite_pools if database.address.kind == "sqlite" else postgres_pools
    engine = PooledEngine(database.address, pools)
    try:
        await engine.open()
        yield SqlEvents(engine, Writer(engine))
    finally:
        await engine.close()


def _was_taken_in(row: LoggedEvent) -> bool:
    """Whether it came on the channel of its type: others are logged, and ignored."""
    return _CHANNELS.get(row.type, row.channel) == row.channel


def _lot_of(row: LoggedEvent) -> object:
    return row.data.get("auctionId") or row.data.get("lotId")


def _envelope(row: LoggedEvent) -> Envelope:
    stamp = (row.timestamp - _EPOCH) // _MILLISECOND
    return Envelope(id=row.id, timestamp=stamp, type=row.type, source=row.source, data=row.data)
