"""What is announced to other services beside lines and moods: it waits its turn and holds nobody up."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from agent_runtime.core import outgoing
from agent_runtime.core.clock import Clock
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.core.memory import Memory
from agent_runtime.core.ports import Publisher

_WAITING = 500


@dataclass
class Announcements:
    """Publishes on `events:agent` what it is given, in order; `shown` is told of each. Without Redis the oldest go."""

    publisher: Publisher
    shown: Callable[[Envelope], None]
    clock: Clock
    new_id: Callable[[], str]
    unpublished: int = 0
    _waiting: deque[Envelope] = field(default_factory=lambda: deque(maxlen=_WAITING))
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def remembered(self, _agent_id: str, memory: Memory) -> None:
        """An agent remembers something public. Never waits."""
        self._waiting.append(outgoing.remembered(memory, self.new_id(), self.clock.time()))
        self._news.set()

    async def run(self) -> None:
        """Publish for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                await self._publish(self._waiting.popleft())

    async def _publish(self, envelope: Envelope) -> None:
        try:
            await self.publisher.publish(outgoing.CHANNEL, envelope.as_json())
        except Unavailable:
            self.unpublished += 1
        self.shown(envelope)
