"""Where a unit of work runs: the one protocol behind which SQLite and PostgreSQL differ."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from agent_runtime.store.address import Address

T = TypeVar("T")


class Engine(Protocol):
    """A database that runs plain functions of a `Connection`, each in a transaction of its own.

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

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that writes nothing; many at a time."""
        ...

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run work and commit it; returning means it is on disk."""
        ...
