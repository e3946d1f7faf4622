"""Where the events of a replay come from: a recording, or a stretch of the event log; each as it was published."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent_runtime.cli.recording import recording

if TYPE_CHECKING:
    from agent_runtime.config import Settings

_BREATH = 500
F = TypeVar("F", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601, in UTC where it names no zone."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The aware moment."""
        try:
            moment = datetime.fromisoformat(str(value))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no ISO 8601 time such as 2026-11-21T10:00:00Z", param, ctx)


@dataclass(frozen=True)
class Stretch:
    """A part of the event log: events stamped from `since` until just before `until`; with `lot` only that lot's."""

    since: datetime | None = None
    until: datetime | None = None
    lot: str | None = None


Source = Path | Stretch


def source_options(function: F) -> F:
    """`FILE`, or `--from-log` with what belongs to it; the command gets `source` and `database`."""

    @wraps(function)
    def with_source(
        file: Path | None,
        from_log: bool,
        since: datetime | None,
        until: datetime | None,
        lot: str | None,
        **others: Any,
    ) -> Any:
        if (file is None) != from_log:
            raise click.UsageError("give either FILE, a recording, or --from-log" + (", not both" if file else ""))
        of_log = {"--database": others["database"], "--since": since, "--until": until, "--lot": lot}
        given = [name for name, value in of_log.items() if value is not None]
        if file is not None and given:
            raise click.UsageError(f"{given[0]} is about the event log: it goes with --from-log, not with FILE")
        if since is not None and until is not None and since >= until:
            raise click.UsageError("--since must be before --until")
        return function(source=file or Stretch(since, until, lot), **others)

    options = (
        click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.option("--from-log", is_flag=True, help="Re-enact the event log instead of FILE."),
        click.option("--database", metavar="URL", help="With --from-log: the database that holds it [database.url]."),
        click.option("--since", type=Moment(), help="With --from-log: only events from then on."),
        click.option("--until", type=Moment(), help="With --from-log: only events before then."),
        click.option("--lot", metavar="ID", help="With --from-log: only events of this lot."),
    )
    wrapped: Any = with_source
    for option in reversed(options):
        wrapped = option(wrapped)
    found: F = wrapped
    return found


@asynccontextmanager
async def events_of(
    source: Source, settings: "Settings", *, shows_progress: bool
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The envelopes of `source`, one JSON text each, in the order they were recorded or heard.

    Raises Misconfigured for a recording that cannot be read; Unavailable and SchemaBehind for the log.
    """
    if isinstance(source, Path):
        with recording(source, shows_progress=shows_progress) as lines:
            yield _each(lines)
        return
    from agent_runtime.cli.log_reading import logged  # noqa: PLC0415 - heavy

    async with aclosing(logged(source, settings)) as events:
        yield events


async def _each(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    for number, line in enumerate(lines):
        if number % _BREATH == 0:
            await asyncio.sleep(0)  # a file is read without waiting, and signals want to be seen
        yield line
