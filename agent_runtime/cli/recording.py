"""Recorded streams on disk: one envelope a line, compressed or not, read with a progress bar on a terminal."""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO

import click

from agent_runtime.core.errors import Misconfigured

_LONGEST_LINE = 1024 * 1024


@contextmanager
def recording(file: Path, *, shows_progress: bool) -> Iterator[Iterator[bytes]]:
    """The lines of a recording, empty ones left out; on a terminal with a bar. Raises Misconfigured."""
    bar = click.progressbar(
        length=max(1, file.stat().st_size),
        label=file.name,
        file=sys.stderr,
        hidden=not (shows_progress and sys.stderr.isatty()),
        update_min_steps=2**16,
    )
    with file.open("rb") as source, _unpacked(file, source) as lines, bar:
        yield _lines(file, lines, source, bar.update)


def _unpacked(file: Path, source: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    return gzip.GzipFile(fileobj=source) if file.suffix == ".gz" else nullcontext(source)  # type: ignore[return-value]


def _lines(file: Path, lines: IO[bytes], source: IO[bytes], advance: Callable[[int], None]) -> Iterator[bytes]:
    read = 0
    try:
        while line := lines.readline(_LONGEST_LINE):
            advance(source.tell() - read)
            read = source.tell()
            if line.strip():
                yield line
    except (OSError, EOFError) as error:
        raise Misconfigured(f"{file} cannot be read: {error}") from error
