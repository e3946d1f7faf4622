"""From an event published to the line that tells it, at a thousand events a second on twenty lots, without pacing.

Both ends are timed here, on one clock: when a bid's three events go out, and when `agent:message` comes in. Which
events a line tells is read afterwards from the kept messages (`cause`), matched by `messageId`: an event is told by the
first line of its lot whose newest cause is the event or a later one. Events that give nothing to say on their own (a
bid only placed) are load and are not timed. The floor hears the same events from the same server and publishes each.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from redis.asyncio import Redis

from agent_runtime.store.folder import DataFolder
from benchmarks.bidding import EVENTS_A_BID, Saleroom, Sent
from benchmarks.figures import Aim, Effort, Figure, median, percentile
from benchmarks.processes import python, runtime

EVENTS_A_SECOND = 1000
_LOTS = 20
_QUIET_S = 0.4  # longer than a bid waits for its price
_HEARD_WITHIN_S = 20.0
_IN, _OUT = "bench:in", "bench:out"
_AIM = {0.99: Aim("ours", 10.0)}


@dataclass
class Ear:
    """What is published on a channel and holds `wanted`, with the moment it came in (perf_counter)."""

    wanted: bytes
    heard: list[tuple[float, bytes]] = field(default_factory=list)

    def hear(self, data: bytes) -> None:
        """Take note of a message."""
        if self.wanted in data:
            self.heard.append((time.perf_counter(), data))

    async def until(self, count: int) -> None:
        """Wait until so many have come. Raises TimeoutError."""
        async with asyncio.timeout(_HEARD_WITHIN_S):
            while len(self.heard) < count:
                await asyncio.sleep(0.01)

    async def until_quiet(self) -> None:
        """Wait until nothing has come for a while."""
        count = -1
        while count != len(self.heard):
            count = len(self.heard)
            await asyncio.sleep(_QUIET_S)


@asynccontextmanager
async def listening(redis: Redis, channel: str, wanted: bytes = b"") -> AsyncIterator[Ear]:
    """An ear on the channel, until the end of the block."""
    ear = Ear(wanted)

    async def listen() -> None:
        async for message in pubsub.listen():
            ear.hear(message["data"])

    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(channel)
        await pubsub.get_message(timeout=5.0)
        task = asyncio.create_task(listen(), name="ear")
        try:
            yield ear
        finally:
            task.cancel()
            await asyncio.wait({task})


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """Runtime and echo hang on the same server; rounds alternate."""
    ours: list[list[float]] = []
    floor: list[list[float]] = []
    async with runtime(folder / "event", "narration.speed=max") as process:
        occupant = DataFolder(folder / "event").occupant()
        if occupant is None:
            raise RuntimeError("the runtime does not say where its Redis is")
        echo = ("-m", "benchmarks.raw_echo", occupant.redis_url, _IN, _OUT)
        async with python(*echo, folder=folder), Redis.from_url(occupant.redis_url) as redis:
            await _told(redis, process.url, -1, effort.seconds / 3)  # what is built once is built now
            for number in range(effort.rounds):
                floor.append(await _echoed(redis, number, effort.seconds))
                ours.append(await _told(redis, process.url, number, effort.seconds))
    return [
        Figure("event", f"told, p{share * 100:.0f}", "ms", _ms(ours, share), _ms(floor, share), _AIM.get(share))
        for share in (0.5, 0.9, 0.99)
    ]


def _ms(rounds: Sequence[Sequence[float]], share: float) -> float:
    return median(percentile(each, share) * 1000 for each in rounds)


async def _told(redis: Redis, url: str, number: int, seconds: float) -> list[float]:
    """How long each event of a round took to be told, in seconds."""
    room = Saleroom(_LOTS, seed=number)
    async with listening(redis, "events:agent", b'"agent:message"') as ear:
        await _publish(redis, "events:auction", room.opening())
        await ear.until(_LOTS)
        sent = await _bids(redis, "events:auction", room, seconds)
        async with asyncio.timeout(_HEARD_WITHIN_S):
            while True:
                await ear.until_quiet()
                lines = _lines(ear, await asyncio.to_thread(_causes, url))
                found = _latencies(sent, lines)
                if found is not None:
                    return found


def _lines(ear: Ear, causes: Mapping[str, Sequence[str]]) -> list[tuple[float, Sequence[str]]]:
    """Each line heard: when, and the events it answers."""
    return [(moment, causes.get(json.loads(raw)["data"]["messageId"], ())) for moment, raw in ear.heard]


def _latencies(sent: Sequence[tuple[float, Sent]], lines: Sequence[tuple[float, Sequence[str]]]) -> list[float] | None:
    """From each event to the first line of its lot that knows it or a later one; None while some are not told."""
    place = {each.envelope.id: number for number, (_, each) in enumerate(sent)}
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for number, (_, each) in enumerate(sent):
        if each.is_told:
            waiting[each.lot].append(number)
    found = []
    for moment, causes in lines:
        newest = max((place[cause] for cause in causes if cause in place), default=-1)
        mine = waiting[sent[newest][1].lot]
        while mine and mine[0] <= newest:
            found.append(moment - sent[mine.popleft()][0])
    return None if any(waiting.values()) else found


async def _echoed(redis: Redis, number: int, seconds: float) -> list[float]:
    """How long each event took to come back."""
    async with listening(redis, _OUT) as ear:
        sent = await _bids(redis, _IN, Saleroom(_LOTS, seed=number), seconds)
        await ear.until(len(sent))
    return [heard - at for (at, _), (heard, _) in zip(sent, ear.heard, strict=True)]


async def _bids(redis: Redis, channel: str, room: Saleroom, seconds: float) -> list[tuple[float, Sent]]:
    """Send bids evenly for that long; each event with the moment it went out."""
    began = time.perf_counter()
    sent: list[tuple[float, Sent]] = []
    while (due := began + len(sent) / EVENTS_A_SECOND) < began + seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        bid = room.bid()
        sent += [(time.perf_counter(), each) for each in bid]
        await _publish(redis, channel, bid)
    if (took := time.perf_counter() - began) > 1.1 * seconds + EVENTS_A_BID / EVENTS_A_SECOND:
        print(f"the machine is busy: {len(sent) / took:.0f} events a second were sent", file=sys.stderr)
    return sent


async def _publish(redis: Redis, channel: str, events: Sequence[Sent]) -> None:
    async with redis.pipeline(transaction=False) as pipeline:
        for each in events:
            pipeline.publish(channel, each.envelope.as_json())
        await pipeline.execute()


def _causes(url: str) -> dict[str, list[str]]:
    """The events each kept line of the agent answers, by message id."""
    session = _read(f"{url}/api/agents/vesper")["session_id"]
    first = f"{url}/api/sessions/{session}/messages?limit=200"
    causes: dict[str, list[str]] = {}
    page = _read(first)
    while True:
        causes |= {each["id"]: each["cause"] for each in page["data"]}
        if page["next_cursor"] is None:
            return causes
        page = _read(f"{first}&cursor={page['next_cursor']}")


def _read(url: str) -> dict[str, Any]:
    with urlopen(url, timeout=10) as reply:
        body: dict[str, Any] = json.load(reply)
    return body
