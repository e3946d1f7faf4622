"""Commands in the pages, run as they stand: in a checkout of their own, against a runtime that runs."""

import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT, Block, blocks
from tests.process.runtime import environment

RUN = {"./run", "curl", "redis-cli", "sqlite3", "python3", "export", "name=$(…)"}
NOT_RUN = {
    "git": "takes a checkout from a server",
    "sudo": "changes the machine",
    "./run test": "runs these tests",
    "./run keys": "closes the runtime of the other pages to them; tests/cli/test_keys.py has its tests",
    "./run bench": "measures; tests/benchmarks has its tests",
}
WITHIN_S = 60.0
_FIRST_LINE_S = 30.0
_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=\S*\s+")
_ENDLESS = re.compile(
    r"\./run (run|demo|simulate|replay(?!.*(--speed max|--export))|events(?!.*(-n|--count|--dead)))\b"
)
_SHIM = """#!/bin/sh
case "${{1:-}}" in
    python) shift; exec {python} "$@" ;;
    *) exec {python} -m agent_runtime "$@" ;;
esac
"""


@dataclass(frozen=True)
class Command:
    """Something to run, and what it should print where the page shows it (`…` stands for anything).

    `exports` are the lines of its block that set variables for it.
    """

    place: str
    text: str
    expected: str | None = None
    exports: tuple[str, ...] = ()

    @property
    def script(self) -> str:
        """What a shell is given."""
        begin = "exec env " if self.is_endless else "set -eu\n" if self.expected is None else ""
        return "\n".join([*self.exports, begin + self.text])

    @property
    def is_endless(self) -> bool:
        """Whether it goes on until it is stopped."""
        return _ENDLESS.match(_without_assignments(self.text)) is not None

    @property
    def starts_a_runtime(self) -> bool:
        return _without_assignments(self.text).startswith("./run run")


def commands(path: Path) -> list[Command]:
    """What a page tells its reader to type. Fails for a program nobody has decided about."""
    found = blocks(path, "sh", "shell", "bash", "console")
    return [each for block in found for each in (_in_session if block.language == "console" else _in_script)(block)]


def checkout(folder: Path, data: Path | None, *pages: Path) -> Path:
    """A folder that looks like the project to commands, with the files that pages tell one to write."""
    folder.mkdir()
    (folder / "run").write_text(_SHIM.format(python=shlex.quote(sys.executable)))
    (folder / "run").chmod(stat.S_IRWXU)
    (folder / "characters").mkdir()
    for each in (ROOT / "characters").glob("*.yaml"):
        (folder / "characters" / each.name).write_bytes(each.read_bytes())
    (folder / "tests").symlink_to(ROOT / "tests")
    if data is not None:
        (folder / ".data").symlink_to(data)
    for block in (each for page in pages for each in blocks(page, "yaml", "jsonl")):
        if block.label and block.label != "config.yaml":
            (folder / block.label).write_text(block.text)
    return folder


def run(command: Command, folder: Path, substitutes: Mapping[str, str], environ: Mapping[str, str]) -> None:
    """Run it in `folder` and see that it ends well, or, for an endless one, begins well and can be stopped."""
    output = folder / "output"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            ["sh", "-c", _substituted(command.script, substitutes)],
            cwd=folder,
            env=environment({"PYTHONPATH": str(ROOT), **environ}),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        code = _stopped(process, output) if command.is_endless else process.wait(WITHIN_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    said = output.read_text()
    assert code in _good(command), f"{command.place}: {command.text}\nended with {code}:\n{said[-4000:]}"
    if command.expected is not None:
        expected = _substituted(command.expected, substitutes)
        assert _is_like(expected, said), f"{command.place}: {command.text}\nprinted:\n{said[-4000:]}"


def _good(command: Command) -> tuple[int, ...]:
    """130 where it took a second Ctrl-C."""
    return (0, 130) if command.is_endless else (0,)


def _stopped(process: subprocess.Popen[bytes], output: Path) -> int:
    """Wait for the first line, then ask it to stop, twice if need be; its exit code."""
    deadline = time.monotonic() + _FIRST_LINE_S
    while b"\n" not in output.read_bytes() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert b"\n" in output.read_bytes(), "it says nothing"
    for patience in (5.0, 20.0):
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("Ctrl-C does not stop it")


def _in_script(block: Block) -> Iterator[Command]:
    """A block's statements in order: those that end together as one script, each endless one by itself."""
    exports: tuple[str, ...] = ()
    together: list[str] = []
    for statement in (*_statements(block.text), ""):
        command = Command(block.place, statement, exports=exports)
        if together and (command.is_endless or not statement):
            yield Command(block.place, "\n".join(together), exports=exports)
            together = []
        program = _program(statement, block.place) if statement else ""
        if program == "export":
            exports = (*exports, statement)
        elif command.is_endless:
            yield command
        elif program and program not in NOT_RUN:
            together.append(statement)


def _in_session(block: Block) -> Iterator[Command]:
    """Commands after a `$ `, each with what it prints."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        statement = next(iter(_statements(part)))
        _program(statement, block.place)
        yield Command(block.place, statement, part.removeprefix(statement).lstrip("\n"))


def _program(statement: str, place: str) -> str:
    text = _without_assignments(statement)
    words = text.split()
    program = " ".join(words[:2]) if " ".join(words[:2]) in NOT_RUN else words[0]
    program = "name=$(…)" if re.match(r"\w+=\$\(", text) else program
    assert program in RUN | NOT_RUN.keys(), f"{place}: is {program!r} to be run by tests? see RUN and NOT_RUN"
    return program


def _statements(text: str) -> Iterator[str]:
    """Lines of shell, with those that belong together in one: quotes, backslashes, pipes, here-documents."""
    held = ""
    for line in text.splitlines():
        held = f"{held}\n{line}" if held else line
        if not held.strip() or (held.startswith("#") and "\n" not in held):
            held = ""
        elif _is_whole(held):
            yield held
            held = ""
    assert not held.strip(), f"this statement does not end:\n{held}"


def _is_whole(text: str) -> bool:
    here = re.search(r"<<-?\s*'?(\w+)'?", text)
    if here:
        return text.splitlines()[-1] == here[1]
    return not text.rstrip().endswith(("\\", "|", "&&")) and _is_quoted_out(text)


def _is_quoted_out(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True


def _without_assignments(text: str) -> str:
    while match := _ASSIGNMENT.match(text):
        text = text[match.end() :]
    return text


def _substituted(text: str, substitutes: Mapping[str, str]) -> str:
    for written, real in substitutes.items():
        text = text.replace(written, real)
    return text


def _is_like(expected: str, said: str) -> bool:
    pattern = ".*?".join(re.escape(part) for part in expected.strip("\n").split("…"))
    return re.fullmatch(pattern, said.strip("\n"), re.DOTALL) is not None
