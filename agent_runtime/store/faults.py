"""What a driver's error means to us: an outage with advice, or the fault of the unit of work that met it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import Address, masked

_SQLITE_ADVICE = {
    "SQLITE_BUSY": "another process is writing to it; stop that process",
    "SQLITE_LOCKED": "another process is writing to it; stop that process",
    "SQLITE_FULL": "the disk is full; make room, nothing else is needed",
    "SQLITE_READONLY": "it may not be written; check the owner and mode of the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened; check that its folder exists and may be written",
    "SQLITE_PERM": "it may not be opened; check the owner and mode of the file and its folder",
    "SQLITE_IOERR": "the disk reports an error; check the disk",
    "SQLITE_CORRUPT": "the file is damaged; stop the runtime and restore a backup",
    "SQLITE_NOTADB": "the file is not a SQLite database; move it away or correct the address",
    "SQLITE_NOMEM": "memory is short",
}
_PG_ADVICE = {
    "28": "the server refuses this user or password; correct them in the database URL",
    "3D": "the server has no such database; create it or correct the database URL",
    "53": "the server is out of connections, memory or disk",
    "55": "a row is locked by someone else",
    "57": "the server ended the work or is shutting down",
}
_PG_CONTENTION = ("40", "55P03")
_PG_OUTAGE = ("08", "25", "28", "3D", "53", "55", "57", "58", "XX")


class Contended(Unavailable):
    """A race for a lock was lost; the same work may succeed when it is run alone."""


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn outages met inside into Unavailable: what, where and what to do."""
    try:
        yield
    except DBAPIError as error:
        fault = _fault_of(error, address)
        if fault is None:
            raise
        raise fault from error
    except sqlite3.Error as error:  # straight from the driver, where nothing wraps it
        fault = _sqlite_fault(error, address)
        if fault is None:
            raise
        raise fault from error
    except NoConnectionFree as error:
        raise Unavailable(f"{address}: every connection is busy; try again shortly") from error
    except TimeoutError as error:
        raise Unavailable(f"{address} does not answer in time; check that it runs") from error
    except OSError as error:
        raise Unavailable(f"{address} cannot be reached ({masked(str(error))}); check that it runs") from error


def _fault_of(error: DBAPIError, address: Address) -> Unavailable | None:
    """None when the unit of work is to blame."""
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_fault(error.orig, address)
    return _postgres_fault(error, address)


def _sqlite_fault(error: sqlite3.Error, address: Address) -> Unavailable | None:
    name = getattr(error, "sqlite_errorname", "")
    # Extended codes only add to the name: SQLITE_IOERR_WRITE.
    advice = next((text for code, text in _SQLITE_ADVICE.items() if name.startswith(code)), None)
    return Unavailable(f"{address}: {advice} ({error})") if advice else None


def _postgres_fault(error: DBAPIError, address: Address) -> Unavailable | None:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state.startswith(_PG_CONTENTION):
        return Contended(f"{address}: a row is locked by someone else; try again shortly")
    if state and not state.startswith(_PG_OUTAGE):
        return None
    if not state and not error.connection_invalidated and type(error.orig).__name__ not in _LOST:
        return None
    advice = _PG_ADVICE.get(state[:2], "the connection was lost; check that the server runs")
    return Unavailable(f"{address}: {advice}")


# asyncpg's own complaints carry no state; all of them mean a connection that is of no more use.
_LOST = frozenset({"InterfaceError", "InternalClientError", "Error"})
