"""A replay in its own process: lines on standard output, the tally at the end."""

import asyncio
import resource
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic_core import to_json

from agent_runtime.casting import pacing_of
from agent_runtime.characters.loading import load_folder
from agent_runtime.cli.options import is_set_within
from agent_runtime.cli.recording import recording
from agent_runtime.core.clock import iso, utc
from agent_runtime.core.errors import Misconfigured
from agent_runtime.core.line import Line
from agent_runtime.rehearsal import Rehearsal

if TYPE_CHECKING:
    from agent_runtime.config import Settings
    from agent_runtime.core.character import Character

_WINDOW = 100


@dataclass
class Tally:
    """What a replay came to. Distinct lines are counted in every window of a hundred, in constant memory."""

    lines: int = 0
    events: int = 0
    families: Counter[str] = field(default_factory=Counter)
    _recent: deque[str] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _in_window: Counter[str] = field(default_factory=Counter)
    _distinct: int = 0
    _windows: int = 0

    def add(self, line: Line) -> None:
        """Count a line."""
        self.lines += 1
        self.families[line.family] += 1
        if len(self._recent) == _WINDOW:
            eldest = self._recent[0]
            self._in_window[eldest] -= 1
            if not self._in_window[eldest]:
                del self._in_window[eldest]
        self._recent.append(line.text)
        self._in_window[line.text] += 1
        if len(self._recent) == _WINDOW:
            self._windows += 1
            self._distinct += len(self._in_window)

    @property
    def distinct_per_hundred(self) -> float:
        """Different lines among a hundred in a row, on average."""
        if self._windows:
            return self._distinct / self._windows
        return 100 * len(self._in_window) / max(1, len(self._recent))


async def rehearse(
    file: Path,
    settings: "Settings",
    character: str | None,
    speed: float | None,
    stop: asyncio.Event,
    *,
    shows_lines: bool,
    output: str,
) -> None:
    """Replay `file`; `speed` None is as fast as the machine can, with pacing off."""
    pacing = pacing_of(settings.narration, is_paced=speed is not None)
    who = _narrator(settings, character)
    rehearsal = Rehearsal(who, pacing, settings.narration.seed, speed=speed or 1.0, locale=settings.locale)
    tally, began, loop = Tally(), time.perf_counter(), asyncio.get_running_loop()
    started, first = loop.time(), None

    def said(line: Line) -> None:
        tally.add(line)
        if shows_lines:
            click.echo(_text(line) if output == "text" else _json(line))

    with recording(file, shows_progress=not (shows_lines and sys.stdout.isatty())) as events:
        for raw in events:
            tally.events += 1
            for line in rehearsal.play(raw):
                first = line.at if first is None else first
                if speed is not None:
                    await is_set_within(stop, line.at - first - (loop.time() - started))
                said(line)
            if stop.is_set():
                break
            if tally.events % 500 == 0:
                await asyncio.sleep(0)
        for line in rehearsal.finish():
            said(line)
    click.echo(_summary(tally, rehearsal.counts, time.perf_counter() - began), err=shows_lines)


def _narrator(settings: "Settings", slug: str | None) -> "Character":
    characters = load_folder(settings.characters_dir).characters
    if slug is not None and slug not in characters:
        raise Misconfigured(
            f"no valid character {slug!r} in {settings.characters_dir}; there are: {', '.join(characters)}"
        )
    found = characters[slug] if slug else next((c for c in characters.values() if c.hosts.auctions == "*"), None)
    if found is None:
        raise Misconfigured(f"no character in {settings.characters_dir} hosts every auction; name one with --character")
    return found


def _text(line: Line) -> str:
    return f"{iso(utc(line.at))}  {line.text}"


def _json(line: Line) -> str:
    return to_json(
        {
            "at": iso(utc(line.at)),
            "agent": line.agent_id,
            "lot": line.subject,
            "family": line.family,
            "class": f"C{int(line.rank)}",
            "text": line.text,
            "cause": line.cause,
            "as_of": line.as_of,
            "merged": line.merged,
            "score": round(line.score, 3),
        }
    ).decode()


def _summary(tally: Tally, counts: dict[str, int], seconds: float) -> str:
    families = ", ".join(f"{name} {count}" for name, count in tally.families.most_common())
    outcomes = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"events            {tally.events} ({outcomes})\n"
        f"lines             {tally.lines} ({families})\n"
        f"distinct per 100  {tally.distinct_per_hundred:.1f}\n"
        f"events a second   {tally.events / max(seconds, 1e-9):.0f} (in {seconds:.2f} s)\n"
        f"peak memory       {peak_mb:.0f} MB"
    )
