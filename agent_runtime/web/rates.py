"""How often one may ask: a bucket of tokens for each key, and for each address that comes with wrong ones."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST = 10_000


@dataclass
class Buckets:
    """Each name has `burst` tokens that come back at `per_minute`; 0 a minute is no limit.

    The names that asked last are held: who is forgotten begins with a full bucket.
    """

    per_minute: float
    burst: float
    now: Callable[[], float] = time.monotonic
    most: int = _MOST
    _held: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, name: str) -> int:
        """Take a token; 0, or how many whole seconds to wait for one."""
        if not self.per_minute:
            return 0
        now = self.now()
        level = self._level(name, now)
        if level < 1:
            return self._wait(level)
        self._held[name] = (level - 1, now)
        self._held.move_to_end(name)
        if len(self._held) > self.most:
            self._held.popitem(last=False)
        return 0

    def _level(self, name: str, now: float) -> float:
        held = self._held.get(name)
        if held is None:
            return self.burst
        level, then = held
        return min(self.burst, level + (now - then) * self.per_minute / 60)

    def _wait(self, level: float) -> int:
        return max(1, math.ceil((1 - level) * 60 / self.per_minute))
