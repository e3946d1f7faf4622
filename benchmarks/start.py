"""From exec to `ready`, and resident memory then, against the bare handler of a turn."""

from pathlib import Path

from benchmarks.figures import Aim, Effort, Figure, median
from benchmarks.processes import python, runtime

_STARTS_A_ROUND = 2  # five of each with three rounds: the last round has one


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """First starts in new folders, then further ones in the same folder, floor and ours in turns."""
    first: list[float] = []
    again: list[float] = []
    raw: list[float] = []
    memory: list[float] = []
    raw_memory: list[float] = []
    for number in range(effort.rounds):
        async with runtime(folder / f"first-{number}") as process:
            first.append(process.ready_s)
    for _ in range(_STARTS_A_ROUND * effort.rounds - 1):
        async with python("-m", "benchmarks.raw_turns", str(folder / "raw.db"), folder=folder) as process:
            raw.append(process.ready_s)
            raw_memory.append(process.rss_mb())
        async with runtime(folder / "first-0") as process:
            again.append(process.ready_s)
            memory.append(process.rss_mb())
    floor = median(raw)
    return [
        Figure("start", "exec to ready", "s", median(again), floor, Aim("ours", 1.5)),
        Figure("start", "exec to ready, first start", "s", median(first), floor),
        Figure(
            "start", "resident memory, both processes", "MB", median(memory), median(raw_memory), Aim("ours", 100.0)
        ),
    ]
