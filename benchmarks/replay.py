"""Events a second of `replay --speed max`, against parsing the same lines and nothing else."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from pydantic_core import from_json

from agent_runtime.core.clock import iso
from benchmarks.figures import Effort, Figure, median
from benchmarks.processes import ROOT, finished

RECORDING = ROOT / "tests" / "data" / "ebay-three-lots.jsonl"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r'(?<=")\d{4}-\d\d-\d\dT[\d:.]+Z(?=")')
_STAMP = re.compile(r'(?<="timestamp":)\d{13}')
_APART = timedelta(days=8)  # the recording lasts seven
_SPEED = re.compile(r"events a second\s+(\d+)")


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """The recording again and again, each time with other ids and a week later."""
    file = folder / "recording.jsonl"
    lines = RECORDING.read_text().splitlines()
    copies = -(-effort.events // len(lines))
    file.write_text("\n".join(_copied(line, number) for number in range(copies) for line in lines))
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(effort.rounds):
        floor.append(_parsed(file))
        ours.append(await _replayed(file, folder))
    figure = Figure("replay", f"an event, {copies * len(lines):,} of them", "µs", median(ours), median(floor))
    return [figure]


def _copied(line: str, number: int) -> str:
    """The same event in another week about other lots."""
    later = _APART * number
    line = _ID.sub(lambda found: str(uuid5(UUID(int=number), found[0])), line)
    line = _MOMENT.sub(lambda found: iso(datetime.fromisoformat(found[0]) + later), line)
    return _STAMP.sub(lambda found: str(int(found[0]) + int(later.total_seconds() * 1000)), line)


def _parsed(file: Path) -> float:
    """Microseconds an event."""
    count, began = 0, time.perf_counter()
    with file.open("rb") as lines:
        for line in lines:
            from_json(line)
            count += 1
    return (time.perf_counter() - began) / count * 1e6


async def _replayed(file: Path, folder: Path) -> float:
    """Microseconds an event, as the command itself counts them."""
    characters = f"characters_dir={ROOT / 'characters'}"
    command = ("replay", str(file), "--speed", "max", "--tally", "--set", characters)
    tally = await finished("-m", "agent_runtime", *command, folder=folder)
    found = _SPEED.search(tally)
    if found is None:
        raise RuntimeError(f"no speed in the tally: {tally!r}")
    return 1e6 / int(found[1])
