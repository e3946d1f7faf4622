"""Group commit: whatever waits to be written is committed together, and nobody hears of it before it is on disk."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy import Connection

from agent_runtime.core.errors import Unavailable
from agent_runtime.core.measures import Histogram
from agent_runtime.store.engine import Engine
from agent_runtime.store.faults import Contended
from agent_runtime.store.waiting import I, R, Unit, Waiting, Work

_DRAIN_S = 10.0
_TROUBLED_S = 60.0
_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Writer:
    """The one task that writes. Callers wait for a future, so cancelling them touches no connection.

    What a reply or a line waits for is not committed together with bulk (see waiting.py).
    Neighbouring units with the same `work` are handed to it as one sequence. An outcome that is an exception is
    raised to that caller alone. Work that raises rolls the group back; then each unit runs again alone, so that
    only the culprit hears of it. `commits` tells how long groups took to be on disk, `faults` what went wrong:
    contended, unavailable, or refused (what a unit of work raised); `trouble` is what went wrong just now.
    """

    engine: Engine
    clock: Callable[[], float] = time.monotonic
    commits: Histogram = field(default_factory=Histogram)
    faults: Counter[str] = field(default_factory=Counter)
    _outage: str = ""
    _outage_at: float = 0.0
    _waiting: Waiting = field(init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _is_closing: bool = False

    def __post_init__(self) -> None:
        self._waiting = Waiting(self.clock)

    def start(self) -> None:
        """Begin to write; `stop` ends it."""
        self._is_closing = False
        self._wake = asyncio.Event()  # of this loop; a database may be opened again in another
        self._task = asyncio.create_task(self._run(), name="store-writer")

    async def stop(self) -> None:
        """Write what is waiting, for at most ten seconds, and refuse the rest."""
        self._is_closing = True
        self._wake.set()
        task, self._task = self._task, None
        if task is not None:
            await asyncio.wait({task}, timeout=_DRAIN_S)
            task.cancel()
            await asyncio.wait({task})

    async def write(self, work: Work[I, R], item: I, *, bulk_rows: int = 0) -> R:
        """Run `work` for `item` in the next group; returns its outcome once that is committed.

        `bulk_rows`, where it is more than 0, says that neither a reply nor a line waits for it, and how many rows it
        is: bulk is let by for at most 50 ms and committed by itself, in groups that hold nobody up for long.
        Raises: Busy when too much is waiting, Unavailable when the database is; whatever the work raises.
        """
        if self._is_closing or self._task is None or self._task.done():
            raise Unavailable(f"{self.engine.address} is closed")
        told: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.add(Unit(work, item, told, bulk_rows))
        self._wake.set()
        return await told

    async def _run(self) -> None:
        group: list[Unit] = []
        try:
            while self._waiting or not self._is_closing:
                if not self._waiting:
                    self._wake.clear()
                    await self._wake.wait()
                    continue  # woken to stop, there may be nothing to commit
                # Those who just heard get a turn of the loop: most have the next write at hand, and fewer,
                # larger groups cost less than a second group on the heels of the first.
                await asyncio.sleep(0)
                group = self._waiting.next_group()
                await self._commit(group)
        finally:
            for unit in (*group, *self._waiting.drained()):
                unit.tell(Unavailable(f"{self.engine.address} was closed before this was written"))

    async def _commit(self, group: list[Unit]) -> None:
        fault = await self._attempt(group)
        if fault is None:
            return
        if _is_outage(fault):
            _tell_all(group, fault)
        elif len(group) == 1:
            group[0].tell(fault)
        else:
            await self._commit_each(group)

    async def _commit_each(self, group: list[Unit]) -> None:
        for place, unit in enumerate(group):
            fault = await self._attempt([unit])
            if fault is not None and _is_outage(fault):
                # Do not wait as often as there are units for a database that is gone.
                _tell_all(group[place:], fault)
                return
            if fault is not None:
                unit.tell(fault)

    async def _attempt(self, group: list[Unit]) -> Exception | None:
        """Commit the group and tell its callers; or what went wrong, with nobody told."""
        began = time.perf_counter()
        try:
            outcomes = await self.engine.write(partial(_run_group, group))
        except Exception as error:  # noqa: BLE001 - the supervisor of all writing: what a unit raises is its caller's
            self.faults[_kind(error)] += 1
            if _is_outage(error):
                self._note(str(error))
            return error
        self.commits.observe(time.perf_counter() - began)
        for unit, outcome in zip(group, outcomes, strict=True):
            unit.tell(outcome)
        return None

    @property
    def trouble(self) -> str:
        """Why something could not be kept within the last minute; "" when nothing went wrong."""
        return self._outage if self.clock() - self._outage_at < _TROUBLED_S else ""

    def _note(self, outage: str) -> None:
        """A write that succeeds takes nothing back: on a full disk those do that change little."""
        if not self.trouble:
            _log.error("the database keeps nothing", why=outage)
        self._outage, self._outage_at = outage, self.clock()


def _run_group(group: list[Unit], connection: Connection) -> list[Any]:
    outcomes: list[Any] = []
    for work, units in groupby(group, key=attrgetter("work")):
        outcomes.extend(work(connection, [unit.item for unit in units]))
    return outcomes


def _kind(fault: Exception) -> str:
    match fault:
        case Contended():
            return "contended"
        case Unavailable():
            return "unavailable"
        case _:
            return "refused"


def _is_outage(fault: Exception) -> bool:
    return isinstance(fault, Unavailable) and not isinstance(fault, Contended)


def _tell_all(group: list[Unit], fault: Exception) -> None:
    """Each its own exception: a shared one would collect the tracebacks of everybody."""
    for unit in group:
        unit.tell(type(fault)(str(fault)))


def one_by_one(work: Callable[[Connection, I], R]) -> Work[I, R]:
    """Work on a sequence from work on one item, for writes that are rare."""

    def run(connection: Connection, items: Sequence[I]) -> list[R | Exception]:
        return [work(connection, item) for item in items]

    return run
