"""`python -m benchmarks`: measure what was named, or everything, and print it."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from benchmarks import event, events, long_session, postgres, replay, start, store_appends, turn
from benchmarks.figures import BRIEF, FULL, Effort, Figure, print_json, print_table

BENCHMARKS: dict[str, Callable[[Effort, Path], Awaitable[list[Figure]]]] = {
    "turn": turn.measure,
    "postgres": postgres.measure,
    "long": long_session.measure,
    "event": event.measure,
    "events": events.measure,
    "start": start.measure,
    "replay": replay.measure,
    "appends": store_appends.measure,
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--brief", is_flag=True, help="One very short round of each: whether it works, not how fast.")
def main(names: tuple[str, ...], output: str, brief: bool) -> None:
    """Measure the hot paths, each against a raw floor in the same run; all together take five minutes."""
    figures = asyncio.run(measured(names or tuple(BENCHMARKS), BRIEF if brief else FULL))
    (print_json if output == "json" else print_table)(figures)


async def measured(names: tuple[str, ...], effort: Effort) -> list[Figure]:
    """One after the other, each in a folder of its own."""
    figures: list[Figure] = []
    for name in names:
        click.echo(f"{name} …", err=True)
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            figures += await BENCHMARKS[name](effort, Path(folder))
    return figures


if __name__ == "__main__":
    main()
