"""The floor of an event: a subscriber that publishes what it hears at once, nothing else.

Run: `python -m benchmarks.raw_echo REDIS_URL FROM TO`; prints `ready REDIS_URL`.
"""

import asyncio
import signal
import sys

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from benchmarks.loop import run


async def main(url: str, source: str, target: str) -> None:
    """Echo until SIGTERM."""
    async with Redis.from_url(url) as client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(source)
        await pubsub.get_message(timeout=5.0)
        echoing = asyncio.create_task(_echo(client, pubsub, target), name="echo")
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, echoing.cancel)
        print(f"ready {url}", flush=True)
        await asyncio.wait({echoing})


async def _echo(client: Redis, pubsub: PubSub, target: str) -> None:
    async for message in pubsub.listen():
        await client.publish(target, message["data"])


if __name__ == "__main__":
    run(main(*sys.argv[1:4]))
