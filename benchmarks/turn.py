"""A chat turn over HTTP through the whole runtime, against a bare handler that keeps two rows a turn.

Through `/api` and `/v1`, whole and as a stream. The floor is always the same: a whole reply, committed by itself.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from benchmarks.figures import Aim, Effort, Figure, median
from benchmarks.load import Surface
from benchmarks.processes import Measured, finished, python, runtime

SURFACES: tuple[Surface, ...] = get_args(Surface)
_RATIO, _CPU, _ADDED = Aim("ratio", 0.7), Aim("ours", 0.5), Aim("added", 1.5)
_FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class _Round:
    """One go of the load: wall clock a turn over all clients, what a client waits, CPU seconds per 1,000 turns."""

    turn_ms: float
    p50_ms: float
    p99_ms: float
    cpu_s: float


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """Every surface, on SQLite."""
    async with runtime(folder / "turn") as ours:
        return await against_the_floor("turn", ours, SURFACES, effort, folder)


async def against_the_floor(
    name: str, ours: Measured, surfaces: Sequence[Surface], effort: Effort, folder: Path
) -> list[Figure]:
    """Both servers run all the time; the load goes to one and then to the other, surface by surface."""
    figures: list[Figure] = []
    async with python("-m", "benchmarks.raw_turns", str(folder / "raw.db"), folder=folder) as floor:
        for surface in surfaces:  # what is built once is built now
            await _load(ours, surface, max(effort.clients), effort.seconds / 3, folder)
        await _load(floor, "api", max(effort.clients), effort.seconds / 3, folder)
        for clients in effort.clients:
            rounds: dict[str, list[_Round]] = {each: [] for each in (_FLOOR, *surfaces)}
            for number in range(effort.rounds):
                for what in list(rounds)[:: 1 if number % 2 == 0 else -1]:
                    asked = (floor, "api") if what == _FLOOR else (ours, what)
                    rounds[what].append(await _load(*asked, clients, effort.seconds, folder))
            for surface in surfaces:
                figures += _figures(f"{name} {surface}", clients, rounds[surface], rounds[_FLOOR])
    return figures


async def _load(server: Measured, surface: str, clients: int, seconds: float, folder: Path) -> _Round:
    before = server.on_core_s()
    asked = (server.url, str(clients), str(seconds), surface)
    report = json.loads(await finished("-m", "benchmarks.load", *asked, folder=folder))
    turns = report["turns"]
    return _Round(
        turn_ms=report["seconds"] / turns * 1000,
        p50_ms=report["p50_ms"],
        p99_ms=report["p99_ms"],
        cpu_s=(server.on_core_s() - before) / turns * 1000,
    )


def _figures(name: str, clients: int, ours: list[_Round], floor: list[_Round]) -> Iterator[Figure]:
    def figure(of: str, what: str, unit: str, aim: Aim | None = None) -> Figure:
        mine, raw = (median(getattr(each, of) for each in rounds) for rounds in (ours, floor))
        return Figure(name, f"{what}, concurrency {clients}", unit, mine, raw, aim)

    yield figure("turn_ms", "a turn, wall clock", "ms", _RATIO if clients > 1 else None)
    yield figure("p50_ms", "a client waits, p50", "ms", _ADDED if clients == 1 else None)
    yield figure("p99_ms", "a client waits, p99", "ms")
    yield figure("cpu_s", "CPU of the server per 1,000 turns", "s", _CPU)
