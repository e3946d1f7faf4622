"""`replay`: re-enact a recorded stream, in this process or to a running runtime."""

import asyncio
from pathlib import Path

import click

from agent_runtime.cli.options import run_async, setting_options, settings_from


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
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@setting_options
@click.option("--speed", type=Speed(), default="1", help="Recorded seconds in a second, or max [1].")
@click.option("--character", help="Who narrates [the one that hosts every auction].")
@click.option("--seed", help="The same seed says the same words [narration.seed].")
@click.option("--to", metavar="URL", help="Send to a running runtime (http://…) or to Redis (redis://…) instead.")
@click.option("--keep-ids", is_flag=True, help="With --to: keep the events' ids instead of making new ones.")
@click.option("--tally", is_flag=True, help="Print the tally instead of the lines.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    file: Path,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    speed: float | None,
    character: str | None,
    seed: str | None,
    to: str | None,
    keep_ids: bool,
    tally: bool,
    output: str,
) -> None:
    """Re-enact FILE, a recorded stream of events (one envelope a line, .gz or not).

    In its own process it touches nothing and is deterministic: the same file, character, seed and speed give the same
    transcript, byte for byte. The tally (lines, distinct lines per hundred, events per second) goes to standard error.
    """
    settings = settings_from(config, data_dir, sets, narration__seed=seed)

    async def work(stop: asyncio.Event) -> None:
        if to is not None:
            from agent_runtime.cli.sending import send  # noqa: PLC0415 - heavy

            await send(file, to, speed, stop, keep_ids=keep_ids)
            return
        from agent_runtime.cli.rehearsing import rehearse  # noqa: PLC0415 - heavy

        await rehearse(file, settings, character, speed, stop, shows_lines=not tally, output=output)

    run_async(work)
