"""One turn at a time in a session, in the order of arrival, and never more than a few waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from agent_runtime.core.errors import Busy, TurnRunning


@dataclass
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    running: str = ""


class Lanes:
    """A lane for every session that is busy; lanes nobody is in are forgotten."""

    def __init__(self, most_waiting: int) -> None:
        self._lanes: dict[str, _Lane] = {}
        self._most_waiting = most_waiting

    def running(self, session_id: str) -> str:
        """The turn that has the session to itself now, "" when it is free."""
        lane = self._lanes.get(session_id)
        return lane.running if lane is not None else ""

    @property
    def occupied(self) -> tuple[int, int]:
        """How many sessions answer a turn now, and how many turns wait for theirs."""
        running = sum(bool(lane.running) for lane in self._lanes.values())
        return running, sum(lane.waiting for lane in self._lanes.values()) - running

    @asynccontextmanager
    async def turn(self, session_id: str, turn_id: str, *, waits: bool = True) -> AsyncIterator[None]:
        """The session to oneself, first come first served.

        Raises Busy when too many wait already, TurnRunning when somebody is before it and it does not wait.
        """
        lane = self._lanes.setdefault(session_id, _Lane())
        if lane.waiting and not waits:
            raise TurnRunning(lane.running)
        if lane.waiting > self._most_waiting:
            raise Busy(f"{self._most_waiting} messages wait in this session already", retry_after=2)
        lane.waiting += 1
        try:
            async with lane.lock:
                lane.running = turn_id
                try:
                    yield
                finally:
                    lane.running = ""
        finally:
            lane.waiting -= 1
            if lane.waiting == 0:
                self._lanes.pop(session_id, None)
