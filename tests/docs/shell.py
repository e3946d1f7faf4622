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
    "./run bench": "measures; tests/benchmarks has its tests",
}
WITHIN_S = 60.0
_FIRST_LINE_S = 30.0
_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=\S*\s+")
_ENDLESS = re.compile(r"\./run (run|demo|simulate|replay(?!.*--speed max)|events(?!.*(-n|--count|--dead)))\b")
_SHIM = """#!/bin/sh
case "${{1:-}}" in
    python) shift; exec {python} "$@" ;;
    *) exec {python} -m agent_runtime "$@" ;;
esac
"""


@dataclass(frozen=True)
class Command:
    """Something to run, and what it should print where the page shows it (`…` stands for anything)."""

    place: str
    text: str
    expected: str | None = None

    @property
    def is_endless(self) -> bool:
        """Whether it goes on until it is stopped."""
        return _ENDLESS.match(_without_assignments(self.text)) is not None

    @property
    def starts_a_runtime(self) -> bool:
        return _without_assignments(self.text).startswith("./run run")


def commands(path: Path) -> list[Command]:
    """What a page tells its reader to type. Fails for a program nobody has decided about."""
    found = [each for block in blocks(path, "sh", "shell", "bash") for each in _in_script(block)]
    return found + [each for block in blocks(path, "console") for each in _in_session(block)]


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
    text, expected = _substituted(command.text, substitutes), _substituted(command.expected or "", substitutes)
    script = f"exec env {text}" if command.is_endless else f"set -eu\n{text}"
    output = folder / "output"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            ["sh", "-c", script],
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
    assert code == 0, f"{command.place}: {command.text}\nended with {code}:\n{said[-4000:]}"
    if command.expected is not None:
        assert _pattern(expected).fullmatch(said), f"{command.place}: {command.text}\nprinted:\n{said[-4000:]}"


def _stopped(process: subprocess.Popen[bytes], output: Path) -> int:
    """Wait for the first line, then ask it to stop; its exit code, 0 where a second Ctrl-C was needed too."""
    deadline = time.monotonic() + _FIRST_LINE_S
    while b"\n" not in output.read_bytes() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert b"\n" in output.read_bytes(), "it says nothing"
    for patience in (5.0, 20.0):
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(patience) % 130
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("Ctrl-C does not stop it")


def _in_script(block: Block) -> Iterator[Command]:
    """A block's statements: those that end as one script, each endless one by itself."""
    exports: list[str] = []
    together: list[str] = []
    for statement in _statements(block.text):
        program = _program(statement, block.place)
        if program in NOT_RUN:
            continue
        if program == "export":
            exports.append(statement)
        if Command(block.place, statement).is_endless:
            yield Command(block.place, statement)
        else:
            together.append(statement)
    if set(together) - set(exports):
        yield Command(block.place, "\n".join(together))


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


def _pattern(expected: str) -> re.Pattern[str]:
    return re.compile(".*?".join(re.escape(part) for part in expected.split("…")), re.DOTALL)
