"""Everything heard, kept in batches off the speaking path; while the store is away, the newest are held."""

import asyncio
from collections import deque
from itertools import islice

from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.ports import Events

HELD_AT_MOST = 20_000
_BATCH = 500
_GATHER_S = 0.05
_RETRY_S = 1.0


class Journal:
    """Writes the event log. `note` never waits; `keep` returns when the events are on disk."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._held: deque[LoggedEvent] = deque(maxlen=HELD_AT_MOST)
        self._news = asyncio.Event()
        self.lost = 0
        self.is_healthy = True

    def note(self, event: LoggedEvent) -> None:
        """Keep soon. When the store is away until the buffer is full, the eldest is lost and counted."""
        self.lost += len(self._held) == HELD_AT_MOST
        self._held.append(event)
        self._news.set()

    async def keep(self, events: list[LoggedEvent]) -> None:
        """Keep now. Raises Unavailable; events that are in the log already stay as they are."""
        for start in range(0, len(events), _BATCH):
            await self._events.append(events[start : start + _BATCH])

    async def run(self) -> None:
        """Write what was noted, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            await asyncio.sleep(_GATHER_S)
            await self._write_held()

    async def close(self) -> None:
        """Write what is still held, once."""
        try:
            await self._flush()
        except Unavailable:
            self.lost += len(self._held)

    async def _write_held(self) -> None:
        try:
            await self._flush()
            self.is_healthy = True
        except Unavailable:
            self.is_healthy = False
            self._news.set()
            await asyncio.sleep(_RETRY_S)

    async def _flush(self) -> None:
        left = len(self._held)  # what comes meanwhile gathers for the next batch
        while left > 0 and self._held:
            batch = list(islice(self._held, min(_BATCH, left)))
            left -= len(batch)
            await self._events.append(batch)
            for event in batch:
                if self._held and self._held[0] is event:
                    self._held.popleft()
