"""Another service on the same Redis: publishes events, hears what the runtime publishes, reads its keys."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from tests.process.lots import Envelope


class Platform:
    """Heard envelopes carry the moment they came (`heard`, monotonic) beside them."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self.heard: list[tuple[float, Envelope]] = []
        self._news = asyncio.Event()

    async def publish(self, *envelopes: Envelope, channel: str = "events:auction") -> None:
        for envelope in envelopes:
            await self.client.publish(channel, json.dumps(envelope))

    async def value(self, key: str) -> Any:
        """A key's value; fails without a proper expiry."""
        raw, seconds = await self.client.get(key), await self.client.ttl(key)
        assert raw is not None, f"{key} is not there"
        assert 0 < seconds <= 86_400, f"{key} expires in {seconds} s"
        return json.loads(raw)

    async def hears(self, kind: str, within_s: float = 20.0, **data: Any) -> Envelope:
        """The first envelope of this type, heard already or to come, whose data have these values."""
        return (await self.hears_at(kind, within_s, **data))[1]

    async def hears_at(self, kind: str, within_s: float = 20.0, **data: Any) -> tuple[float, Envelope]:
        """The same, with the moment it came."""
        seen = 0
        async with asyncio.timeout(within_s):
            while True:
                self._news.clear()
                for moment, envelope in self.heard[seen:]:
                    seen += 1
                    if envelope["type"] == kind and data.items() <= envelope["data"].items():
                        return moment, envelope
                await self._news.wait()

    async def hears_line_with(self, words: str, within_s: float = 20.0) -> Envelope:
        """The first line said that holds these words."""
        async with asyncio.timeout(within_s):
            while True:
                self._news.clear()
                for _, envelope in self.heard:
                    if envelope["type"] == "agent:message" and words in envelope["data"]["content"]:
                        return envelope
                await self._news.wait()

    def lines(self) -> list[str]:
        return [each["data"]["content"] for _, each in self.heard if each["type"] == "agent:message"]

    async def listen(self) -> None:
        async with self.client.pubsub() as channel:
            await channel.subscribe("events:agent")
            while True:
                message = await channel.get_message(timeout=1.0)
                if message and message["type"] == "subscribe":
                    self._news.set()
                if message and message["type"] == "message":
                    self.heard.append((time.monotonic(), json.loads(message["data"])))
                    self._news.set()

    async def is_listening(self) -> None:
        async with asyncio.timeout(20):
            await self._news.wait()


@asynccontextmanager
async def platform_on(redis_url: str) -> AsyncIterator[Platform]:
    """Connected and subscribed to `events:agent`."""
    async with Redis.from_url(redis_url, socket_timeout=10) as client:
        platform = Platform(client)
        listening = asyncio.create_task(platform.listen())
        try:
            await platform.is_listening()
            yield platform
        finally:
            listening.cancel()
            await asyncio.wait({listening})
