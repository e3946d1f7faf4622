"""Events as fast as one core takes them: heard, understood, felt, told and kept, against parsing the JSON alone.

Ours is the runtime as users start it, with two characters that narrate at their own pace and all that is kept of an
event (its row in the log, users, lots, bids) on disk at the end. The load is the recorded auctions on as many lots as
are measured, sent as fast as it is taken. The measured process is held to one core, all threads together. CPU is the
figure to compare: the floor mostly waits for the sender.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from agent_runtime.store.folder import DataFolder
from benchmarks.event import listening
from benchmarks.figures import Aim, Effort, Figure, median
from benchmarks.processes import Measured, python, runtime
from benchmarks.salerooms import bids_in, in_turn

_FEW, _MANY = 2, 200
_IN, _OUT = "bench:in", "bench:out"
_LAST = b'{"last": true}'
_AT_ONCE = 200
_AHEAD = 5000  # events on the way at most: what is held for the store is bounded, and nothing may give way here
_KEPT_WITHIN_S = 120.0
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class _Cost:
    """Of one event, in microseconds: of the clock on the wall, and of the core."""

    wall_us: float
    cpu_us: float


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """Floor, a few lots and many lots take turns; each round of ours is a runtime of its own."""
    floor: list[_Cost] = []
    ours: dict[int, list[_Cost]] = {_FEW: [], _MANY: []}
    for number in range(effort.rounds):
        for lots in (_FEW, _MANY) if number % 2 == 0 else (_MANY, _FEW):
            place = folder / f"events-{number}-{lots}"
            raw, cost = await _round(place, in_turn(lots, effort.events))
            floor.append(raw)
            ours[lots].append(cost)
    return _figures(floor, ours)


def _figures(floor: Sequence[_Cost], ours: dict[int, list[_Cost]]) -> list[Figure]:
    raw_cpu, raw_wall = (median(getattr(each, name) for each in floor) for name in ("cpu_us", "wall_us"))
    cpu = {lots: median(each.cpu_us for each in costs) for lots, costs in ours.items()}
    wall = {lots: median(each.wall_us for each in costs) for lots, costs in ours.items()}
    return [
        *(
            Figure("events", f"an event on {lots} lots, CPU", "µs", cpu[lots], raw_cpu, Aim("ratio", 3.0))
            for lots in ours
        ),
        *(Figure("events", f"events a second on {lots} lots", "/s", 1e6 / wall[lots], 1e6 / raw_wall) for lots in ours),
        Figure("events", f"CPU on {_MANY} lots, against {_FEW} lots", "µs", cpu[_MANY], cpu[_FEW], Aim("ratio", 1.1)),
    ]


async def _round(folder: Path, events: Sequence[bytes]) -> tuple[_Cost, _Cost]:
    """What an event costs the floor and us."""
    async with runtime(folder) as process:
        occupant = DataFolder(folder).occupant()
        if occupant is None:
            raise RuntimeError("the runtime does not say where its Redis is")
        floor = ("-m", "benchmarks.raw_parse", occupant.redis_url, _IN, _OUT)
        async with python(*floor, folder=folder) as raw, Redis.from_url(occupant.redis_url) as redis:
            for each in (raw, process):
                _pin(each.pid)
            return await _parsed(redis, raw, events), await _taken_in(redis, process, folder / "runtime.db", events)


async def _parsed(redis: Redis, process: Measured, events: Sequence[bytes]) -> _Cost:
    async with listening(redis, _OUT) as ear:

        async def send() -> None:
            await _publish(redis, _IN, [*events, _LAST])
            await ear.until(1)

        return await _cost(process, send, len(events))


async def _taken_in(redis: Redis, process: Measured, database: Path, events: Sequence[bytes]) -> _Cost:
    stops = range(_AHEAD, len(events) + _AHEAD, _AHEAD)
    bids = [await asyncio.to_thread(bids_in, events[:stop]) for stop in stops]

    async def send() -> None:
        for stop, told in zip(stops, bids, strict=True):
            await _publish(redis, "events:auction", events[stop - _AHEAD : stop])
            await _kept(database, min(stop, len(events)), told)

    return await _cost(process, send, len(events))


async def _cost(process: Measured, work: Callable[[], Awaitable[None]], events: int) -> _Cost:
    before, began = process.on_core_s(), time.perf_counter()
    await work()
    took, used = time.perf_counter() - began, process.on_core_s() - before
    return _Cost(took / events * 1e6, used / events * 1e6)


async def _publish(redis: Redis, channel: str, events: Sequence[bytes]) -> None:
    for start in range(0, len(events), _AT_ONCE):
        async with redis.pipeline(transaction=False) as pipeline:
            for event in events[start : start + _AT_ONCE]:
                pipeline.publish(channel, event)
            await pipeline.execute()


async def _kept(database: Path, events: int, bids: int) -> None:
    """Wait until all of it is on disk. Raises TimeoutError."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        async with asyncio.timeout(_KEPT_WITHIN_S):
            for table, expected in (("event_logs", events), ("bids", bids)):
                while db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] < expected:
                    await asyncio.sleep(_LOOK_EVERY_S)


def _pin(pid: int) -> None:
    """To one core of ours, with every thread there is."""
    core = max(os.sched_getaffinity(0))
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})
