"""A chat turn over HTTP through the whole runtime, against a bare handler that keeps two rows a turn."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Aim, Effort, Figure, median
from benchmarks.processes import Measured, finished, python, runtime

_CLIENTS = (1, 16)
_AIM = {16: Aim("ratio", 1.5)}


@dataclass(frozen=True, slots=True)
class _Round:
    """One go of the load: wall clock a turn over all clients, what a client waits, CPU seconds per 1,000 turns."""

    turn_ms: float
    p50_ms: float
    p99_ms: float
    cpu_s: float


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """Both servers run all the time; the load goes to one and then to the other."""
    raw = ("-m", "benchmarks.raw_turns", str(folder / "raw.db"))
    figures: list[Figure] = []
    async with python(*raw, folder=folder) as floor, runtime(folder / "turn") as ours:
        for server in (floor, ours):
            await _load(server, max(_CLIENTS), effort.seconds / 3, folder)  # what is built once is built now
        for clients in _CLIENTS:
            kept: dict[int, list[_Round]] = {floor.pid: [], ours.pid: []}
            for number in range(effort.rounds):
                for server in (floor, ours) if number % 2 == 0 else (ours, floor):
                    kept[server.pid].append(await _load(server, clients, effort.seconds, folder))
            figures += _figures(clients, kept[ours.pid], kept[floor.pid])
    return figures


async def _load(server: Measured, clients: int, seconds: float, folder: Path) -> _Round:
    before = server.cpu_s()
    printed = await finished("-m", "benchmarks.load", server.url, str(clients), str(seconds), folder=folder)
    report = json.loads(printed)
    turns = report["turns"]
    return _Round(
        turn_ms=report["seconds"] / turns * 1000,
        p50_ms=report["p50_ms"],
        p99_ms=report["p99_ms"],
        cpu_s=(server.cpu_s() - before) / turns * 1000,
    )


def _figures(clients: int, ours: list[_Round], floor: list[_Round]) -> Iterator[Figure]:
    def figure(name: str, what: str, unit: str, aim: Aim | None = None) -> Figure:
        mine, raw = (median(getattr(each, name) for each in rounds) for rounds in (ours, floor))
        return Figure("turn", f"{what}, concurrency {clients}", unit, mine, raw, aim)

    yield figure("turn_ms", "a turn, wall clock", "ms", _AIM.get(clients))
    yield figure("p50_ms", "a client waits, p50", "ms")
    yield figure("p99_ms", "a client waits, p99", "ms")
    yield figure("cpu_s", "CPU of the server per 1,000 turns", "s")
