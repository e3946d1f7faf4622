"""A stretch of events as a recording: one envelope a line, packed when the file's name ends in .gz."""

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from agent_runtime.cli.sources import Source, events_of
from agent_runtime.core.errors import Misconfigured

if TYPE_CHECKING:
    from agent_runtime.config import Settings


async def export(source: Source, settings: "Settings", to: Path, stop: asyncio.Event) -> None:
    """Write every event of `source` to `to`, which must not exist yet: all of them, or no file is left.

    Raises Misconfigured, Unavailable; CancelledError when `stop` is set meanwhile.
    """
    count = 0
    async with events_of(source, settings, shows_progress=False) as events:
        with _created(to) as file:
            async for raw in events:
                if stop.is_set():
                    raise asyncio.CancelledError
                file.write(raw.strip() + b"\n")
                count += 1
    click.echo(f"{count} events written to {to}", err=True)


@contextmanager
def _created(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """A new file, taken away again when it is not finished."""
    try:
        with path.open("xb") as file, ExitStack() as unfinished:
            unfinished.callback(path.unlink)
            if path.suffix == ".gz":
                with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
                    yield packed
            else:
                yield file
            unfinished.pop_all()
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written: {error.strerror}; give --export another name") from error
