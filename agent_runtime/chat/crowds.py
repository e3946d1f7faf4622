"""Requests for the same words that overlap: none of them wishes for another reply to what a former one said."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from agent_runtime.core.clock import Clock

_REMEMBERED = 1000


class Crowds:
    """Who is inside with which words, and when requests for the same words last met."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._inside: dict[str, int] = {}
        self._met: OrderedDict[str, float] = OrderedDict()

    @contextmanager
    def entered(self, words: str) -> Iterator[None]:
        """For as long as one request for these words is answered."""
        came = self._clock.time()
        self._inside[words] = self._inside.get(words, 0) + 1
        if self._inside[words] > 1:
            self._meet(words)
        try:
            yield
        finally:
            self._inside[words] -= 1
            if not self._inside[words]:
                del self._inside[words]
            if self._met.get(words, 0.0) >= came:
                self._meet(words)

    def is_alone(self, words: str, since: datetime) -> bool:
        """Whether no two requests for these words have met since then; the one that asks is inside."""
        return self._inside.get(words, 0) <= 1 and self._met.get(words, 0.0) < since.timestamp()

    def _meet(self, words: str) -> None:
        self._met[words] = self._clock.time()
        self._met.move_to_end(words)
        if len(self._met) > _REMEMBERED:
            self._met.popitem(last=False)
