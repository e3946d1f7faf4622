"""Writing in batches off the speaking path: what is noted waits in a bounded buffer until the store has taken it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from agent_runtime.core.errors import Busy, Unavailable
from agent_runtime.core.packed import PackedQueue

HELD_AT_MOST = 20_000
_GATHER_S = 0.05
_RETRY_S = 1.0
T = TypeVar("T")


@dataclass(frozen=True)
class Packing(Generic[T]):
    """How an item that has to wait long is made plain values (see core/packed.py), and read back."""

    pack: Callable[[T], Any]
    unpack: Callable[[Any], T]


class Batches(Generic[T]):
    """Hands batches of at most `size` to `write`, each until it was taken: Unavailable and Busy mean to ask again.

    A line that is said waits for the batch that is being written, so `size` is a few milliseconds' worth. `lost`
    counts what gave way when the store was away until the buffer was full; `is_healthy` is False while it is.
    """

    def __init__(self, write: Callable[[list[T]], Awaitable[None]], size: int, packing: Packing[T]) -> None:
        self._write = write
        self._size = size
        self._held = PackedQueue(packing.pack, packing.unpack)
        self._news = asyncio.Event()
        self.lost = 0
        self.is_healthy = True

    def note(self, item: T) -> None:
        """Write soon; never waits. The eldest gives way when the buffer is full."""
        if len(self._held) == HELD_AT_MOST:
            self._held.pop()
            self.lost += 1
        self._held.push(item)
        self._news.set()

    async def run(self) -> None:
        """Write what was noted, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            await asyncio.sleep(_GATHER_S)
            try:
                await self._flush()
                self.is_healthy = True
            except (Unavailable, Busy):
                self.is_healthy = False
                self._news.set()
                await asyncio.sleep(_RETRY_S)

    async def close(self) -> None:
        """Write what is still held, once; what cannot be written is lost."""
        try:
            await self._flush()
        except (Unavailable, Busy):
            self.lost += len(self._held)

    async def _flush(self) -> None:
        left = len(self._held)  # what comes meanwhile gathers for the next batch
        while left > 0 and self._held:
            batch = self._held.first(min(self._size, left))
            left -= len(batch)
            lost = self.lost
            await self._write(batch)
            gave_way = self.lost - lost  # meanwhile: the eldest, which are those just written
            for _ in range(len(batch) - gave_way):
                self._held.pop()
