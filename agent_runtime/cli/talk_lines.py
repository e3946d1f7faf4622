"""What is typed or piped in, a line at a time and only when it is asked for."""

import asyncio
import os
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper

import click

_INPUT, _OUTPUT = 0, 1
_PIECE = 64 * 1024
_LONGEST = 256 * 1024  # more than a runtime takes: it will say so


class Lines:
    """Lines of standard input. Each is read in a thread that may be left behind: a terminal cannot be interrupted."""

    def __init__(self) -> None:
        self.is_terminal = os.isatty(_INPUT)
        self._read: Callable[[str], str | None] = self._typed if self._is_edited() else self._piped
        self._begun = b""

    async def next(self, prompt: str) -> str | None:
        """The next line, None at the end; a terminal shows `prompt`. One call at a time."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | None] = loop.create_future()

        def answered(line: str | None) -> None:
            if not answer.done():
                answer.set_result(line)

        def read() -> None:
            line = self._read(prompt)
            with suppress(RuntimeError):  # the talk has ended
                loop.call_soon_threadsafe(answered, line)

        threading.Thread(target=read, daemon=True, name="standard input").start()
        return await answer

    def rest(self) -> str:
        """Everything up to the end, as it is; at most as much as anybody could take."""
        while len(self._begun) <= _LONGEST and (piece := os.read(_INPUT, _PIECE)):
            self._begun += piece
        return self._begun.decode("utf-8", "replace")

    def _is_edited(self) -> bool:
        """Whether lines can be edited: only where both ends are a terminal."""
        return self.is_terminal and os.isatty(_OUTPUT) and sys.stdin is not None

    def _typed(self, prompt: str) -> str | None:
        try:
            return input(prompt)
        except (EOFError, ValueError):
            click.echo(err=True)
            return None

    def _piped(self, prompt: str) -> str | None:
        """Read without a buffer of Python's: one that is being read is in the way of a process that ends."""
        if self.is_terminal:
            click.echo(prompt, nl=False, err=True)
        while b"\n" not in self._begun and len(self._begun) <= _LONGEST:
            piece = os.read(_INPUT, _PIECE)
            if not piece:
                break
            self._begun += piece
        line, end, rest = self._begun.partition(b"\n")
        self._begun = rest
        return line.decode("utf-8", "replace") if line or end else None


@contextmanager
def lines_of_standard_input() -> Iterator[Lines]:
    """Lines, with the terminal left as it was found, whatever was being typed."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    lines = Lines()
    if not lines.is_terminal:
        yield lines
        return
    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - what makes lines that are typed editable
    with _left_as_found():
        yield lines


@contextmanager
def _left_as_found() -> Iterator[None]:
    """Whoever edits a line and is left behind leaves a terminal that echoes nothing."""
    try:
        found = termios.tcgetattr(_INPUT)
    except termios.error:  # it cannot be set
        yield
        return
    try:
        yield
    finally:
        termios.tcsetattr(_INPUT, termios.TCSANOW, found)
