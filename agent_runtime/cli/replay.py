"""`replay`: re-enact a recorded stream, in this process or to a running runtime."""

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import run_async, setting_options, settings_from
from agent_runtime.cli.sources import Source, source_options

if TYPE_CHECKING:
    from agent_runtime.config import Settings


class Speed(click.ParamType[float | None]):
    """A positive number, or `max`."""

    name = "N|max"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        """None stands for `max`."""
        if value is None or value == "max":
            return None
        try:
            speed = float(str(value))
        except ValueError:
            speed = 0.0
        if not 0 < speed < 1e9:
            self.fail(f"{value!r} is neither a positive number nor 'max'", param, ctx)
        return speed


@click.command("replay")
@source_options
@setting_options
@click.option("--speed", type=Speed(), default="1", help="Recorded seconds in a second, or max [1].")
@click.option("--character", metavar="NAME", help="Who narrates: a slug or a file [the one that hosts every auction].")
@click.option("--compare", "pair", nargs=2, metavar="A B", help="Two who narrate, shown side by side.")
@click.option("--seed", help="The same seed says the same words [narration.seed].")
@click.option("--to", metavar="URL", help="Send to a running runtime (http://…) or to Redis (redis://…) instead.")
@click.option("--keep-ids", is_flag=True, help="With --to: keep the events' ids instead of making new ones.")
@click.option("--export", type=click.Path(path_type=Path), metavar="FILE", help="Write the events to FILE instead.")
@click.option("--tally", is_flag=True, help="Print the tally instead of the lines.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    source: Source,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    database: str | None,
    speed: float | None,
    character: str | None,
    pair: tuple[str, str] | None,
    seed: str | None,
    to: str | None,
    keep_ids: bool,
    export: Path | None,
    tally: bool,
    output: str,
) -> None:
    """Re-enact FILE, a recorded stream of events (one envelope a line, .gz or not), or with --from-log a stretch of
    what a runtime has heard, also while it runs.

    In its own process it touches nothing, asks no model and is deterministic: the same events, character, seed and
    speed give the same transcript, byte for byte, with any character. The tally (lines, distinct lines per hundred,
    events per second) goes to standard error.
    """
    _check_together(character=character, compare=pair, to=to, export=export)
    settings = settings_from(config, data_dir, sets, narration__seed=seed, database__url=database)

    async def work(stop: asyncio.Event) -> None:
        if export is not None:
            from agent_runtime.cli.exporting import export as write  # noqa: PLC0415 - heavy

            await write(source, settings, export, stop)
        elif to is not None:
            from agent_runtime.cli.sending import send  # noqa: PLC0415 - heavy

            await send(source, settings, to, speed, stop, keep_ids=keep_ids)
        else:
            await _rehearse(source, settings, pair or character, stop, speed, tally, output)

    run_async(work)


async def _rehearse(
    source: Source,
    settings: "Settings",
    who: str | tuple[str, str] | None,
    stop: asyncio.Event,
    speed: float | None,
    tally: bool,
    output: str,
) -> None:
    from agent_runtime.cli.rehearsing import Showing, compare, rehearse  # noqa: PLC0415 - heavy

    width = shutil.get_terminal_size((120, 24)).columns
    showing = Showing(speed=speed, shows_lines=not tally, output=output, width=width)
    if isinstance(who, tuple):
        await compare(source, settings, who, stop, showing)
    else:
        await rehearse(source, settings, who, stop, showing)


def _check_together(**options: object) -> None:
    """Raises UsageError for two options that each say what else to do."""
    given = [f"--{name}" for name, value in options.items() if value is not None]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} do not go together")
