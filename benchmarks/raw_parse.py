"""The floor of many events: a subscriber that parses each as JSON, nothing else.

Run: `python -m benchmarks.raw_parse REDIS_URL FROM TO`; prints `ready REDIS_URL`. What says `"last": true` it publishes
to TO when everything before it has been parsed.
"""

import asyncio
import signal
import sys

from pydantic_core import from_json
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from benchmarks.loop import run


async def main(url: str, source: str, target: str) -> None:
    """Parse until SIGTERM."""
    async with Redis.from_url(url, protocol=2) as client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(source)
        await pubsub.get_message(timeout=5.0)
        parsing = asyncio.create_task(_parse(client, pubsub, target), name="parse")
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, parsing.cancel)
        print(f"ready {url}", flush=True)
        await asyncio.wait({parsing})


async def _parse(client: Redis, pubsub: PubSub, target: str) -> None:
    async for message in pubsub.listen():
        if from_json(message["data"]).get("last"):
            await client.publish(target, message["data"])


if __name__ == "__main__":
    run(main(*sys.argv[1:4]))
