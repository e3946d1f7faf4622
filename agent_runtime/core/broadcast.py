"""One stream of numbered items for many watchers: bounded memory, and a slow watcher loses its place, not others'."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

T = TypeVar("T")


class Broadcast(Generic[T]):
    """Keeps the newest `keep` items. Numbers count from 1; a watcher that falls further behind skips ahead."""

    def __init__(self, keep: int = 1000) -> None:
        self._items: deque[T] = deque(maxlen=keep)
        self._last = 0
        self._news = asyncio.Event()
        self._is_closed = False
        self._watchers = 0

    @property
    def watchers(self) -> int:
        """How many follow it now."""
        return self._watchers

    @property
    def first(self) -> int:
        """The number of the oldest item that is still there; one above `last` when none is."""
        return self._last - len(self._items) + 1

    @property
    def last(self) -> int:
        """The number of the newest item, 0 when there was none."""
        return self._last

    def send(self, item: T) -> None:
        """Hand on an item; never waits."""
        self._items.append(item)
        self._last += 1
        if self._watchers:
            self._news.set()
            self._news = asyncio.Event()

    def close(self) -> None:
        """End every watcher after what it has not seen yet."""
        self._is_closed = True
        self._news.set()

    async def follow(self, after: int | None = None) -> AsyncGenerator[tuple[int, T], None]:
        """Items with a number above `after` (None: from now on), then new ones as they come, until closed."""
        seen = self._last if after is None or after > self._last else after
        self._watchers += 1
        try:
            while True:
                while seen < self._last:
                    seen = max(seen + 1, self.first)
                    yield seen, self._items[seen - self.first]
                if self._is_closed:
                    return
                news = self._news
                await news.wait()
        finally:
            self._watchers -= 1
