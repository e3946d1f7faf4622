"""An evening at work on a Redis: the engine's lots, and beside them the stages of the day and the audience."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio import Redis

from agent_runtime.cli.engine import Engine
from agent_runtime.cli.evening import Evening, around
from agent_runtime.cli.options import is_set_within
from agent_runtime.core.events import Envelope
from agent_runtime.domains.auction.simulation import Happening, envelope_of
from agent_runtime.live.channels import RedisPublisher
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.platform import PlatformKeys
from agent_runtime.live.values import RedisValues

_AUDIENCE, _ENGINE = "event-handler", "auction-engine"


@dataclass
class Playing:
    """Plays an evening in real time, `speed` times as fast. `published` is told of every event."""

    redis: Redis
    evening: Evening
    speed: float = 1.0
    published: Callable[[Envelope], None] = lambda _envelope: None

    async def play(self, stop: asyncio.Event) -> int:
        """Play until the end or until `stop` is set; returns how many events were published. Raises Unavailable."""
        values, publisher = RedisValues(self.redis), RedisPublisher(self.redis)
        keys, show = PlatformKeys(values), self.evening.show
        engine = Engine(EngineKeys(values), publisher, show, speed=self.speed, published=self.published)
        await keys.put_campaign(self.evening.state())
        await keys.put_campaign_day(self.evening.day_state(is_over=False))
        async with asyncio.TaskGroup() as tasks:
            lots = tasks.create_task(engine.play(stop), name="simulated engine")
            beside = tasks.create_task(self._around(publisher, stop), name="simulated day")
        await keys.put_campaign_day(self.evening.day_state(is_over=not stop.is_set()))
        return lots.result() + beside.result()

    async def _around(self, publisher: RedisPublisher, stop: asyncio.Event) -> int:
        loop = asyncio.get_running_loop()
        began, number = loop.time(), 0
        for happening in around(self.evening):
            if await is_set_within(stop, began + happening.at / self.speed - loop.time()):
                break
            number += 1
            channel, envelope = self._published_as(happening, number)
            await publisher.publish(channel, envelope.as_json())
            self.published(envelope)
        return number

    def _published_as(self, happening: Happening, number: int) -> tuple[str, Envelope]:
        is_asked = happening.type.startswith("agent:")
        source = _AUDIENCE if is_asked else _ENGINE
        envelope = envelope_of(happening, self.evening.show, f"beside {number}", source)
        return "events:agent" if is_asked else "events:auction", envelope
