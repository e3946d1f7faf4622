"""`chat` as somebody at a terminal has it: typed at, read, interrupted; with a pseudo-terminal, or with pipes."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.process.runtime import ROOT, environment

WITHIN_S = 30.0
PIPES, PSEUDO_TERMINAL = "pipes", "pseudo-terminal"
# Without a pseudo-terminal standard input says that it is one.
_AS_A_TERMINAL = "import os; os.isatty = lambda fd: fd == 0; from agent_runtime.cli.main import main; main()"


def kinds() -> tuple[str, ...]:
    """What this machine has: a bare one has no pseudo-terminals."""
    try:
        ends = pty.openpty()
    except OSError:
        return (PIPES,)
    for end in ends:
        os.close(end)
    return (PIPES, PSEUDO_TERMINAL)


@dataclass
class Terminal:
    """A command at work; `screen` is everything it showed."""

    process: subprocess.Popen[bytes]
    keyboard: int
    display: int
    is_real: bool
    screen: str = ""
    _seen: int = 0

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self.keyboard, f"{line}\n".encode())

    def press_ctrl_c(self) -> None:
        if self.is_real:
            os.write(self.keyboard, b"\x03")
        else:
            self.process.send_signal(signal.SIGINT)

    def until(self, text: str) -> str:
        """Wait for this on the screen, behind what was waited for before; what came up to it."""
        deadline = time.monotonic() + WITHIN_S
        while (at := self.screen.find(text, self._seen)) < 0:
            assert time.monotonic() < deadline, f"no {text!r} on the screen:\n{self.screen}"
            assert self._read() or text in self.screen[self._seen :], f"ended without {text!r}:\n{self.screen}"
        shown, self._seen = self.screen[self._seen : at], at + len(text)
        return shown

    def ended(self) -> int:
        """Its exit code, and the rest of the screen."""
        deadline = time.monotonic() + WITHIN_S
        while self._read():
            assert time.monotonic() < deadline, f"it does not end:\n{self.screen}"
        return self.process.wait(WITHIN_S)

    def _read(self) -> bool:
        if not select.select([self.display], [], [], 0.5)[0]:
            return True
        try:
            piece = os.read(self.display, 65_536)
        except OSError:  # how a pseudo-terminal ends
            return False
        self.screen += piece.decode()
        return piece != b""


@contextmanager
def at_a_terminal(kind: str, *arguments: str | Path, environ: dict[str, str] | None = None) -> Iterator[Terminal]:
    """A command at a terminal of this kind."""
    is_real = kind == PSEUDO_TERMINAL
    (display, theirs_out), (theirs_in, keyboard) = os.pipe(), os.pipe()
    module = [sys.executable, "-c", _AS_A_TERMINAL]
    if is_real:
        for end in (display, theirs_out, theirs_in, keyboard):
            os.close(end)
        display, theirs_out = pty.openpty()
        keyboard, theirs_in = os.dup(display), os.dup(theirs_out)
        module = [sys.executable, "-m", "agent_runtime"]
    process = subprocess.Popen(
        ["setsid", "--ctty", *module, *arguments] if is_real else [*module, *arguments],
        cwd=ROOT,
        env=environment({"PYTHONPATH": str(ROOT), "TERM": "xterm", **(environ or {})}),
        stdin=theirs_in,
        stdout=theirs_out,
        stderr=theirs_out,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Terminal(process, keyboard, display, is_real)
    finally:
        process.kill()
        process.wait()
        os.close(keyboard)
        os.close(display)
