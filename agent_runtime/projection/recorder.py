"""What should last of events, kept in batches off the speaking path; while the store is away, the newest are held."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

import structlog

from agent_runtime.core.errors import Busy, Refused, Unavailable
from agent_runtime.core.platform import Record
from agent_runtime.core.records import RecordBook

HELD_AT_MOST = 20_000
_BATCH = 500
_GATHER_S = 0.05
_RETRY_S = 1.0
_log = structlog.get_logger(__name__)


class Recorder:
    """Keeps records. `note` never waits. A record the store refuses is left out and counted; the others are kept."""

    def __init__(self, book: RecordBook) -> None:
        self._book = book
        self._held: deque[Record] = deque(maxlen=HELD_AT_MOST)
        self._news = asyncio.Event()
        self.lost = 0
        self.refused = 0
        self.is_healthy = True

    def note(self, records: Iterable[Record]) -> None:
        """Keep soon. When the store is away until the buffer is full, the eldest is lost and counted."""
        for record in records:
            self.lost += len(self._held) == HELD_AT_MOST
            self._held.append(record)
            self._news.set()

    async def run(self) -> None:
        """Keep what was noted, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            await asyncio.sleep(_GATHER_S)
            await self._keep_held()

    async def close(self) -> None:
        """Keep what is still held, once."""
        try:
            await self._flush()
        except (Unavailable, Busy):
            self.lost += len(self._held)

    async def _keep_held(self) -> None:
        try:
            await self._flush()
            self.is_healthy = True
        except (Unavailable, Busy):
            self.is_healthy = False
            self._news.set()
            await asyncio.sleep(_RETRY_S)

    async def _flush(self) -> None:
        left = len(self._held)  # what comes meanwhile gathers for the next batch
        while left > 0 and self._held:
            batch = list(islice(self._held, min(_BATCH, left)))
            left -= len(batch)
            try:
                await self._book.upsert(batch)
            except Refused:
                await self._keep_each(batch)
            self._let_go(batch)

    async def _keep_each(self, batch: Sequence[Record]) -> None:
        for record in batch:
            try:
                await self._book.upsert([record])
            except Refused as fault:
                self.refused += 1
                _log.warning("record refused", kind=type(record).__name__, id=record.id, why=str(fault))
            self._let_go([record])

    def _let_go(self, kept: Sequence[Record]) -> None:
        for record in kept:
            if self._held and self._held[0] is record:
                self._held.popleft()
