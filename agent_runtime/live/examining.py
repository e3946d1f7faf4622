"""What a Redis server tells of itself, and whether a message goes once around; nothing is kept there."""

import asyncio
import time
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

from agent_runtime.live.connection import FAILURES, connect, failed, listening_client, place

_CHANNEL = "events:doctor"  # among the channels that a user of the runtime's may use, and nobody listens to it
_ROUND_S = 2.0


@dataclass(frozen=True, slots=True)
class Examined:
    """A server at `place` that may be used; what it does not tell this user is empty. Times are milliseconds."""

    place: str
    version: str = ""
    policy: str = ""
    max_bytes: int = 0
    is_append_only: bool = False
    ping_ms: float = 0.0
    round_ms: float = 0.0


async def examine(url: str) -> Examined:
    """Connect, ask, and send a message to ourselves. Raises Misconfigured, Unavailable: away, or denies something."""
    client = await connect(url)
    try:
        began = time.perf_counter()
        await client.ping()
        ping_ms = (time.perf_counter() - began) * 1000
        facts = await _facts(client)
        round_ms = await _round(client, url)
    except FAILURES as error:
        raise failed(client, "PING", error) from error
    finally:
        await client.aclose()
    return Examined(
        place=place(client),
        version=str(facts.get("valkey_version") or facts.get("redis_version") or ""),
        policy=str(facts.get("maxmemory_policy", "")),
        max_bytes=int(facts.get("maxmemory", 0)),
        is_append_only=bool(facts.get("aof_enabled", 0)),
        ping_ms=ping_ms,
        round_ms=round_ms,
    )


async def _facts(client: Redis) -> dict[str, str | int]:
    """INFO, where this user may ask for it: the runtime itself does without."""
    try:
        sections = [await client.info(section) for section in ("server", "memory", "persistence")]
    except NoPermissionError:
        return {}
    return {name: value for section in sections for name, value in section.items()}


async def _round(client: Redis, url: str) -> float:
    """How long a message takes to come back to us, in milliseconds. Raises Unavailable."""
    word = f"{time.time_ns()}".encode()
    listening = listening_client(url)
    try:
        async with asyncio.timeout(_ROUND_S), listening.pubsub() as pubsub:
            await pubsub.subscribe(_CHANNEL)
            await pubsub.get_message(timeout=_ROUND_S)  # that it is subscribed
            began = time.perf_counter()
            await client.publish(_CHANNEL, word)
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=_ROUND_S)
                if message is not None and message["data"] == word:
                    return (time.perf_counter() - began) * 1000
    except FAILURES as error:
        raise failed(client, f"a message on {_CHANNEL}", error) from error
    finally:
        await listening.aclose()
