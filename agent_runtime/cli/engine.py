"""The simulated auction engine at work: writes the `auction:*` keys and publishes each event, as a real one would."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from agent_runtime.cli.books import Books
from agent_runtime.cli.options import is_set_within
from agent_runtime.core.events import Envelope
from agent_runtime.core.ports import Publisher
from agent_runtime.domains.auction.simulation import Show, envelope_of, happenings
from agent_runtime.live.lots import EngineKeys

CHANNEL = "events:auction"


@dataclass
class Engine:
    """Plays a show in real time, `speed` times as fast. `published` is told of every event."""

    keys: EngineKeys
    publisher: Publisher
    show: Show
    speed: float = 1.0
    published: Callable[[Envelope], None] = lambda _envelope: None
    _books: Books = field(default_factory=Books)

    async def play(self, stop: asyncio.Event) -> int:
        """Play until the end or until `stop` is set; returns how many events were published. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        began, number = loop.time(), 0
        for happening in happenings(self.show):
            if await is_set_within(stop, began + happening.at / self.speed - loop.time()):
                break
            number += 1
            envelope = envelope_of(happening, self.show, number)
            if (lot := self._books.enter(envelope)) is not None:
                await self.keys.put_lot(lot)
            await self.publisher.publish(CHANNEL, envelope.as_json())
            self.published(envelope)
        return number
