"""What waits to be written: what somebody waits for goes first, bulk when nothing else waits, and never much later."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection

from agent_runtime.core.errors import Busy

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")
Work = Callable[[Connection, Sequence[I]], Sequence[R | Exception]]

BULK_WAITS_S = 0.05
_GROUP_LIMIT = 256
_BULK_ROWS = 128  # a few milliseconds' worth: so long may a line wait that comes just after a bulk commit began
_WAITING_LIMIT = 4096


@dataclass(slots=True, eq=False)
class Unit:
    """One item of somebody's work and the promise to tell them how it went; `bulk_rows` is 0 where a reply waits."""

    work: Work[Any, Any]
    item: Any
    told: asyncio.Future[Any]
    bulk_rows: int = 0

    def tell(self, outcome: Any) -> None:
        """Nobody listens any more when the caller was cancelled; what it asked for is done all the same."""
        if self.told.done():
            return
        if isinstance(outcome, Exception):
            self.told.set_exception(outcome)
            self.told.exception()  # "retrieved": a caller cancelled at this very moment is no complaint in the log
        else:
            self.told.set_result(outcome)


@dataclass(eq=False)
class Waiting:
    """Two queues, each bounded, of which one at a time gives a group.

    Bulk is let by for 50 ms at most; then one group of it goes, whatever else waits.
    """

    clock: Callable[[], float]
    _hot: deque[Unit] = field(default_factory=deque)
    _bulk: deque[Unit] = field(default_factory=deque)
    _passed_over_since: float | None = None

    def __len__(self) -> int:
        return len(self._hot) + len(self._bulk)

    def add(self, unit: Unit) -> None:
        """Wait in the unit's queue. Raises Busy when that is full: bulk leaves room for the others."""
        queue = self._bulk if unit.bulk_rows else self._hot
        if len(queue) >= _WAITING_LIMIT:
            raise Busy("too many writes are waiting for the database")
        queue.append(unit)

    def next_group(self) -> list[Unit]:
        """What is to be committed together next; empty when nothing waits."""
        if self._bulk and (not self._hot or self._is_bulk_due()):
            self._passed_over_since = None
            return self._next_bulk()
        return [self._hot.popleft() for _ in range(min(len(self._hot), _GROUP_LIMIT))]

    def drained(self) -> list[Unit]:
        """Everything that waits, which then waits no longer."""
        units = [*self._hot, *self._bulk]
        self._hot.clear()
        self._bulk.clear()
        return units

    def _is_bulk_due(self) -> bool:
        now = self.clock()
        if self._passed_over_since is None:
            self._passed_over_since = now
        return now - self._passed_over_since >= BULK_WAITS_S

    def _next_bulk(self) -> list[Unit]:
        """At least one, and no more than are written in a few milliseconds."""
        group = [self._bulk.popleft()]
        rows = group[0].bulk_rows
        while self._bulk and rows + self._bulk[0].bulk_rows <= _BULK_ROWS:
            group.append(self._bulk.popleft())
            rows += group[-1].bulk_rows
        return group
