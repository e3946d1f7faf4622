"""A queue for what may have to wait in great numbers: all but its front is kept packed, in a tenth of the room."""

import marshal
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any, Generic, TypeVar
from zlib import compress, decompress

LOOSE_AT_MOST = 500  # what waits behind these is packed
_BLOCK = 100  # together: items of a storm are much alike, and one by one it costs more than all the rest of them
T = TypeVar("T")


class PackedQueue(Generic[T]):
    """First come, first served.

    `pack` gives an item as plain values (texts, bytes, numbers, None; tuples, lists and dicts of them), and
    `unpack(pack(item))` must equal the item.
    """

    def __init__(self, pack: Callable[[T], Any], unpack: Callable[[Any], T]) -> None:
        self._pack = pack
        self._unpack = unpack
        self._head: deque[T] = deque()
        self._blocks: deque[bytes] = deque()
        self._tail: list[T] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def push(self, item: T) -> None:
        """Wait behind all others."""
        self._count += 1
        if not self._tail and not self._blocks and len(self._head) < LOOSE_AT_MOST:
            self._head.append(item)
            return
        self._tail.append(item)
        if len(self._tail) == _BLOCK:
            self._blocks.append(compress(marshal.dumps([self._pack(each) for each in self._tail]), 1))
            self._tail = []

    def first(self, count: int) -> list[T]:
        """The items that have waited longest, at most `count`; they stay."""
        while len(self._head) < count and self._refill():
            pass
        return list(islice(self._head, count))

    def pop(self) -> T:
        """Take the item that has waited longest. Raises IndexError when there is none."""
        if not self._head:
            self._refill()
        item = self._head.popleft()
        self._count -= 1
        return item

    def _refill(self) -> bool:
        """Unpack what comes next; whether there was anything."""
        if self._blocks:
            packed = marshal.loads(decompress(self._blocks.popleft()))  # noqa: S302 - packed above
            self._head.extend(self._unpack(each) for each in packed)
            return True
        is_more = bool(self._tail)
        self._head.extend(self._tail)
        self._tail = []
        return is_more
