"""The transcript of a session as a file: Markdown, JSON or JSONL, and never over a file that is there unasked."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from agent_runtime.cli.asking import in_path
from agent_runtime.core.errors import Misconfigured

if TYPE_CHECKING:
    from agent_runtime.cli.remote import Remote

FORMS = ("md", "json", "jsonl")


def form_of(name: Path) -> str:
    """The form that a file's name asks for. Raises click.UsageError."""
    form = name.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise click.UsageError(f"{name} should end in .md, .json or .jsonl")
    return form


def transcript(runtime: "Remote", session_id: str, form: str) -> AsyncGenerator[bytes]:
    """The transcript as the runtime writes it, in pieces."""
    return runtime.pieces(f"/api/sessions/{in_path(session_id)}/export?format={form}")


async def save(runtime: "Remote", session_id: str, form: str, to: Path, *, replaces: bool = False) -> None:
    """Write it to `to`: all of it, or no file is left. Raises Misconfigured for one that is there or cannot be."""
    async with aclosing(transcript(runtime, session_id, form)) as pieces:
        first = await anext(pieces, b"")  # no file for a session that is not there
        with _written(to, replaces=replaces) as file:
            file.write(first)
            async for piece in pieces:
                file.write(piece)


@contextmanager
def _written(to: Path, *, replaces: bool) -> Iterator[IO[bytes]]:
    """A file that takes its name when it is whole; a new one has it from the start, so that nobody else takes it."""
    path = to.with_name(f".{to.name}.part") if replaces else to
    try:
        with path.open("wb" if replaces else "xb") as file, ExitStack() as unfinished:
            unfinished.callback(path.unlink)
            yield file
            unfinished.pop_all()
        if replaces:
            path.replace(to)
    except OSError as error:
        raise Misconfigured(f"{to} cannot be written: {error.strerror}; take another name") from error
