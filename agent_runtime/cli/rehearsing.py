"""A replay in its own process: what one character says of it, or two side by side; the tally at the end."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

import click
from pydantic_core import to_json

from agent_runtime.casting import pacing_of
from agent_runtime.cli.columns import Columns, Row, rows
from agent_runtime.cli.narrators import narrator
from agent_runtime.cli.options import is_set_within
from agent_runtime.cli.sources import Source, events_of
from agent_runtime.cli.tally import Tally, summary
from agent_runtime.core.clock import iso, utc
from agent_runtime.core.line import Line
from agent_runtime.rehearsal import Rehearsal

if TYPE_CHECKING:
    from agent_runtime.config import Settings


class _Timed(Protocol):
    @property
    def at(self) -> float: ...


T = TypeVar("T", bound=_Timed)


@dataclass(frozen=True)
class Showing:
    """What is printed of a rehearsal: the lines or only the tally, as `text` or `json`, so many characters wide.

    `speed` is how many recorded seconds pass in one; None is as fast as the machine can, with pacing off.
    """

    speed: float | None
    shows_lines: bool
    output: str
    width: int

    def say(self, text: str) -> None:
        """Print a line of the transcript."""
        if self.shows_lines:
            click.echo(text)


@dataclass
class Player:
    """One character at a rehearsal, and what it came to."""

    name: str
    rehearsal: Rehearsal
    tally: Tally = field(default_factory=Tally)

    def play(self, raw: bytes | None) -> Iterator[Line]:
        """What it says until and because of an event; None stands for the end of them."""
        self.tally.events += raw is not None
        for line in self.rehearsal.finish() if raw is None else self.rehearsal.play(raw):
            self.tally.add(line)
            yield line


async def rehearse(
    source: Source, settings: "Settings", name: str | None, stop: asyncio.Event, showing: Showing
) -> None:
    """Replay `source` to one character. Raises Misconfigured, Unavailable."""
    player, began = _player(settings, name, showing), time.perf_counter()
    shown = _text if showing.output == "text" else _json
    await _enact(source, settings, stop, showing, player.play, shown)
    _sum_up([player], began, showing)


async def compare(
    source: Source, settings: "Settings", names: tuple[str, str], stop: asyncio.Event, showing: Showing
) -> None:
    """Replay `source` to two characters and show side by side what they say. Raises Misconfigured, Unavailable."""
    a, b = (_player(settings, name, showing) for name in names)
    began, columns = time.perf_counter(), Columns(showing.width)
    if showing.output == "text":
        showing.say(columns.heading(a.name, b.name))
    shown = columns.row if showing.output == "text" else _json_row
    await _enact(source, settings, stop, showing, lambda raw: rows(a.play(raw), b.play(raw)), shown)
    _sum_up([a, b], began, showing)


async def _enact(
    source: Source,
    settings: "Settings",
    stop: asyncio.Event,
    showing: Showing,
    play: Callable[[bytes | None], Iterable[T]],
    shown: Callable[[T], str],
) -> None:
    """Show what is said, each at its moment; when `stop` is set, the rest of what waits at once."""
    pace = _Pace(showing.speed if showing.shows_lines else None, stop)
    async with events_of(source, settings, shows_progress=not showing.shows_lines) as events:
        async for raw in events:
            for said in play(raw):
                await pace.until(said.at)
                showing.say(shown(said))
            if stop.is_set():
                break
        for said in play(None):
            await pace.until(said.at)
            showing.say(shown(said))


@dataclass
class _Pace:
    """Lets the first moment be now, and later ones come when they would; without a speed all at once."""

    speed: float | None
    stop: asyncio.Event
    _ahead: float | None = None

    async def until(self, moment: float) -> None:
        now = asyncio.get_running_loop().time()
        self._ahead = moment - now if self._ahead is None else self._ahead
        if self.speed is not None:
            await is_set_within(self.stop, moment - self._ahead - now)


def _player(settings: "Settings", name: str | None, showing: Showing) -> Player:
    who = narrator(settings, name)
    pacing = pacing_of(settings.narration, is_paced=showing.speed is not None)
    rehearsal = Rehearsal(who, pacing, settings.narration.seed, speed=showing.speed or 1.0, locale=settings.locale)
    return Player(who.name, rehearsal)


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
            "explanation": line.explanation(),
        }
    ).decode()


def _json_row(row: Row) -> str:
    a, b = (line and line.text for line in (row.a, row.b))
    return to_json({"at": iso(utc(row.at)), "a": a, "b": b}).decode()


def _sum_up(players: list[Player], began: float, showing: Showing) -> None:
    """To standard error, or to standard output where it is all that was asked for."""
    seconds = time.perf_counter() - began
    for player in players:
        rehearsal = player.rehearsal
        figures = player.tally.figures(rehearsal.counts, rehearsal.coalesced, seconds)
        if not showing.shows_lines and showing.output == "json":
            click.echo(to_json({"character": player.name, **figures}))
            continue
        heading = f"{player.name}\n" if len(players) > 1 else ""
        click.echo(heading + summary(figures), err=showing.shows_lines)
