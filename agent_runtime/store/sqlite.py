"""SQLite: one connection that writes and a few that read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy import Connection

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.engine import Pools
from agent_runtime.store.files import has_database
from agent_runtime.store.seats import Seat, Seats

_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses acknowledged rows in a power cut
    "journal_size_limit=67108864",
)
_READERS = 4
_CHECKED_BYTES = 16 * 1024 * 1024


def sqlite_pools(address: Address) -> Pools:
    """For an existing file. Raises Unavailable when there is none, Misconfigured for one that is no database."""
    if address.path is None or not has_database(address.path):
        raise Unavailable(f"{address} does not exist yet; create it with `agent-runtime db upgrade`")
    # Without BEGIN a statement that only reads is a transaction of its own.
    # The system caches the file once for all of them; four caches of pages more would only take memory.
    reader = Seats(address, (*_PRAGMAS, "query_only=ON", "cache_size=-512"), _READERS)
    writer = Seats(address, (*_PRAGMAS, "foreign_keys=ON"), 1, writes=True)
    return Pools(writer, reader, partial(_check, address))


@asynccontextmanager
async def sqlite_writer(address: Address, *pragmas: str) -> AsyncIterator[Seat]:
    """One connection that writes, by itself. Raises sqlite3.Error."""
    seat = await Seat.taken(address, (*_PRAGMAS, *pragmas), writes=True)
    try:
        yield seat
    finally:
        await seat.leave()


def _check(address: Address, connection: Connection) -> None:
    """A quick look for damage, of a file small enough to be looked through at every start; one that is damaged is
    left as it is."""
    if address.path is None or address.path.stat().st_size > _CHECKED_BYTES:
        return
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        found = str(verdict).splitlines()[-1]
        raise Misconfigured(f"{address} is damaged ({found}); restore a backup to that place")
