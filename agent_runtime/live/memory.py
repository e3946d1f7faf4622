"""The live state and the channels without a server: for rehearsals and for tests of other rooms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.live.state import KeyedLiveState
from agent_runtime.live.values import VALUE_LIMIT_BYTES


@dataclass(frozen=True)
class MemoryValues:
    """Values in this process: the value and the epoch second it expires, by key."""

    clock: Clock = field(default_factory=SystemClock)
    unreadable: Counter[str] = field(default_factory=Counter)
    kept: dict[str, tuple[bytes, float]] = field(default_factory=dict)

    async def read(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        return [self._read(key) for key in keys]

    async def write(self, entries: Mapping[str, bytes], seconds: int | None) -> None:
        expires = inf if seconds is None else self.clock.time() + seconds
        self.kept.update((key, (value, expires)) for key, value in entries.items())

    async def names(self, prefix: str, limit: int) -> Sequence[str]:
        now = self.clock.time()
        return [name for name, (_, expires) in self.kept.items() if name.startswith(prefix) and expires > now][:limit]

    def _read(self, key: str) -> bytes | None:
        value, expires = self.kept.get(key, (b"", 0.0))
        if not value or expires <= self.clock.time():
            return None
        if len(value) > VALUE_LIMIT_BYTES:
            self.unreadable["too_big"] += 1
            return None
        return value


class MemoryLiveState(KeyedLiveState):
    """LiveState in this process."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(MemoryValues(clock or SystemClock()))


@dataclass(frozen=True)
class MemoryPublisher:
    """A Publisher that keeps what it was given, oldest first."""

    published: list[tuple[str, bytes]] = field(default_factory=list)

    async def publish(self, channel: str, payload: bytes) -> None:
        self.published.append((channel, payload))
