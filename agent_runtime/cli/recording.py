"""Recorded streams on disk: one envelope a line, compressed or not, read with a progress bar on a terminal."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from agent_runtime.core.errors import Misconfigured

_LONGEST_LINE = 1024 * 1024


@contextmanager
def recording(file: Path, *, shows_progress: bool) -> Iterator[Iterator[bytes]]:
    """The lines of a recording, empty ones left out; on a terminal with a bar. Raises Misconfigured."""
    with file.open("rb") as source, _unpacked(file, source) as lines, _progress(shows_progress) as progress:
        yield _lines(file, lines, source, progress)


def _unpacked(file: Path, source: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    return gzip.GzipFile(fileobj=source) if file.suffix == ".gz" else nullcontext(source)  # type: ignore[return-value]


def _lines(file: Path, lines: IO[bytes], source: IO[bytes], progress: Progress | None) -> Iterator[bytes]:
    task = progress.add_task(file.name, total=file.stat().st_size) if progress is not None else None
    try:
        while line := lines.readline(_LONGEST_LINE):
            if progress is not None and task is not None:
                progress.update(task, completed=source.tell())
            if line.strip():
                yield line
    except (OSError, EOFError) as error:
        raise Misconfigured(f"{file} cannot be read: {error}") from error


@contextmanager
def _progress(is_wanted: bool) -> Iterator[Progress | None]:
    if not is_wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only for terminals

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress
