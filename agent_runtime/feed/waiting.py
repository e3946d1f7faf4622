"""Messages that wait to be taken in, first come first served; many of them take little room."""

import marshal
from collections import deque
from zlib import compress, decompress

LOOSE_AT_MOST = 500  # what waits behind these is packed, a hundred messages at a time
_BLOCK = 100

Message = tuple[int, str, bytes]
"""Its number, its channel, and what was said there, undecoded."""


class Waiting:
    """A queue of messages. Those of a storm are much alike: packed they take a tenth of their room."""

    def __init__(self) -> None:
        self._head: deque[Message] = deque()
        self._blocks: deque[bytes] = deque()
        self._tail: list[Message] = []
        self._count = 0
        self.size = 0
        """Bytes that were said in all the messages that wait."""

    def __len__(self) -> int:
        return self._count

    def push(self, message: Message) -> None:
        """Wait behind all others."""
        self._count += 1
        self.size += len(message[2])
        if not self._tail and not self._blocks and len(self._head) < LOOSE_AT_MOST:
            self._head.append(message)
            return
        self._tail.append(message)
        if len(self._tail) == _BLOCK:
            self._blocks.append(compress(marshal.dumps(self._tail), 1))
            self._tail = []

    def pop(self) -> Message:
        """The one that has waited longest. Raises IndexError when there is none."""
        if not self._head and self._blocks:
            self._head.extend(marshal.loads(decompress(self._blocks.popleft())))  # noqa: S302 - packed above
        elif not self._head:
            self._head.extend(self._tail)
            self._tail = []
        message = self._head.popleft()
        self._count -= 1
        self.size -= len(message[2])
        return message
