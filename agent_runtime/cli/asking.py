"""Commands that ask a running runtime one thing and print the answer: as a table, or as the JSON it is."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent_runtime.cli.options import run_async, setting_options, settings_from, unless_stopped
from agent_runtime.core.text import plain

if TYPE_CHECKING:
    from agent_runtime.cli.remote import Remote

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
_LONGEST_CELL = 20_000
_NO_PART = {"", ".", ".."}  # a path with one of them would be another path


def runtime_options(function: F) -> F:
    """The settings, `--url` and `-o` for a command that talks to a running runtime."""
    output = click.option(
        "-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to print."
    )
    url = click.option("--url", help="A running runtime [the one that holds the data folder].")
    return setting_options(url(output(function)))


def ask(
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    question: Callable[["Remote"], Coroutine[Any, Any, T]],
) -> T:
    """The answer of the runtime that is meant. Raises Unavailable when none answers, Refused when it says no."""
    settings = settings_from(config, data_dir, sets)

    async def work(stop: asyncio.Event) -> T:
        from agent_runtime.cli.remote import address_of, remote  # noqa: PLC0415 - heavy

        async with remote(address_of(settings, url), settings) as runtime:
            return await unless_stopped(stop, question(runtime))

    return run_async(work)


def in_path(text: str) -> str:
    """An id, or other text, as one part of a URL's path or query."""
    from urllib.parse import quote  # noqa: PLC0415 - only what is used is loaded

    if text in _NO_PART:
        raise click.UsageError(f"{text!r} is nobody's id, and nothing to look for")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise click.UsageError(f"{text!r} is not UTF-8 text") from error


def show_json(answer: Any) -> None:
    """The answer as it came."""
    from pydantic_core import to_json  # noqa: PLC0415 - heavy

    click.echo(to_json(answer, indent=2))


def show_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns in line; a cell is one line without control characters: it may hold orders to a terminal."""
    lines = [list(head), *([plain("-" if cell is None else str(cell), _LONGEST_CELL) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
