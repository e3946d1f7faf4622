"""Help is there and quick; what is typed wrong is told in a sentence, with exit code 2 and no traceback."""

import re
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent_runtime.cli.main import _COMMANDS
from agent_runtime.core.version import VERSION
from tests.process.runtime import MODULE, ROOT, command, environment

RECORDING = "tests/data/ebay-three-lots.jsonl"


def test_help_names_every_command_and_exit_code() -> None:
    done = command("--help")
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    for name in _COMMANDS:
        assert re.search(rf"^  {name}\s+\w", said, re.MULTILINE)
    for code in ("0 ok", "2 usage", "3 a dependency", "5 schema", "70 a bug"):
        assert code in " ".join(said.split())


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_has_help(name: str) -> None:
    done = command(name, "-h")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(f"Usage: agent-runtime {name} ".encode())


def test_the_version_is_told() -> None:
    done = command("--version")
    assert (done.returncode, done.stdout.decode()) == (0, f"agent-runtime, version {VERSION}\n")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nonsense",
        "--nonsense",
        "run --nonsense",
        "run --set nonsense",
        "run --set http.port=abc",
        "run --set nonsense.key=1",
        "run --port",
        "replay",
        "replay /nowhere",
        "replay .",
        "replay config.yaml --speed fast",
        f"replay {RECORDING} --character nobody",
        f"replay {RECORDING} --to ftp://example.org",
        "replay --from-log --since 2026-02-01 --until 2026-01-01",
        "replay --from-log --since 0001-01-01T00:00:00+14:00",
        "check agent_runtime",
        "agents --url nonsense",
        "events --url ftp://example.org",
        "chat wren hello --url http://",
        "sessions --url=",
        "chat",
        "simulate --lots 0",
        "events -n 0",
        "db",
        "db nonsense",
    ],
)
def test_what_is_typed_wrong_is_told(typed: str) -> None:
    done = command(*typed.split())
    said = done.stderr.decode()
    assert done.returncode == 2
    assert done.stdout == b""
    assert said.strip()
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [(b"replay", b"caf\xe9"), (b"run", b"--set", b"http.host=caf\xe9")])
def test_an_argument_that_is_no_text_is_told(arguments: tuple[bytes, ...]) -> None:
    done = subprocess.run(
        [*MODULE, *arguments], cwd=ROOT, env=environment(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "typed",
    [
        "events",
        "simulate",
        pytest.param("events --url http://127.0.0.1:1", marks=pytest.mark.slow),
        pytest.param(f"replay {RECORDING} --to http://127.0.0.1:1", marks=pytest.mark.slow),
        f"replay {RECORDING} --to redis://:canary-word@127.0.0.1:1",
    ],
)
def test_where_nothing_runs_that_is_told_with_what_to_do(typed: str, tmp_path: Path) -> None:
    done = command(*typed.split(), "--data-dir", tmp_path / "none")
    said = done.stderr.decode()
    assert (done.returncode, done.stdout, said.count("\n")) == (3, b"", 1)
    assert "canary-word" not in said
    assert not (tmp_path / "none").exists()


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    process = subprocess.Popen(
        [*MODULE, "replay", RECORDING, "--speed", "max"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(20) == 0


@pytest.mark.parametrize(("environ", "is_bold"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_is_shown_colours_unless_it_wants_none(environ: dict[str, str], is_bold: bool) -> None:
    # A machine that is bare has no pseudo-terminals: standard output says that it is one.
    on_a_terminal = "import sys; sys.stdout.isatty = lambda: True; from agent_runtime.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", on_a_terminal, "replay", RECORDING, "--speed", "max", "--compare", "vesper", "wren"],
        cwd=ROOT,
        env=environment(environ),
        capture_output=True,
        timeout=60,
        check=True,
    )
    heading = done.stdout.splitlines()[0]
    assert b"Vesper Quill" in heading
    assert (b"\x1b[" in heading) is is_bold


def test_ctrl_c_ends_a_command_without_a_traceback() -> None:
    process = subprocess.Popen(
        [*MODULE, "replay", RECORDING], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode in {0, 130}
    assert b"Traceback" not in said


@pytest.mark.timing
def test_help_is_there_in_the_blink_of_an_eye() -> None:
    command("--help")
    took = []
    for _ in range(10):
        began = time.perf_counter()
        command("--help")
        took.append(time.perf_counter() - began)
    assert statistics.median(took) < 0.150
