"""`replay --from-log`: what a runtime has heard, told again while it runs and after it has stopped."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_runtime.store import schema
from tests.process.http import Client
from tests.process.runtime import MODULE, ROOT, RuntimeProcess, command, environment

RECORDING = ROOT / "tests" / "data" / "ebay-three-lots.jsonl"
LOT = "473f07d0-c95c-56a2-94a1-2d2f4b24edec"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join([*RECORDING.read_text().splitlines()[:60], ""]))
    return path


def only(source: Path, keep: str, to: Path) -> Path:
    """The lines of a recording that contain `keep`."""
    to.write_text("".join(f"{line}\n" for line in source.read_text().splitlines() if keep in line))
    return to


def replayed(*arguments: str | Path) -> bytes:
    done = command("replay", "--speed", "max", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_stretch_of_the_log_is_told_as_its_recording_while_the_runtime_runs(
    runtime: RuntimeProcess, client: Client, few: Path, tmp_path: Path
) -> None:
    whole = command("replay", RECORDING, "--speed", "max", "--to", runtime.url, "--keep-ids")
    assert whole.returncode == 0, whole.stderr
    bad = json.loads(few.read_text().splitlines()[1])
    bad |= {"id": "bad", "data": {**bad["data"], "amount": "NaN"}}
    assert (await client.post("/api/events", [bad])).json["dead"] == 1
    log = ("--from-log", "--data-dir", runtime.folder)

    lot = replayed(*log, "--lot", LOT, "-o", "json")
    assert lot == replayed(only(RECORDING, LOT, tmp_path / "lot.jsonl"), "-o", "json")
    assert len(lot.splitlines()) > 20

    until = datetime.fromtimestamp(json.loads(RECORDING.read_text().splitlines()[60])["timestamp"] / 1000, UTC)
    assert replayed(*log, "--until", until.isoformat()) == replayed(few)

    replayed(*log, "--export", tmp_path / "kept.jsonl")
    written = [json.loads(line) for line in (tmp_path / "kept.jsonl").read_text().splitlines()]
    assert written == [json.loads(line) for line in RECORDING.read_text().splitlines()]
    assert (await client.get("/readyz")).status == 200

    process = subprocess.Popen(
        [*MODULE, "replay", "--speed", "max", "-o", "json", *log],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()  # a reader that has seen enough
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(20) in {0, 1}

    assert runtime.stop() == 0
    assert replayed(*log, "--lot", LOT, "-o", "json") == lot
    assert replayed(*log, "--since", "2030-01-01") == b""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_log_in_another_database_may_be_named(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")
    schema.upgrade(url)
    tally = json.loads(replayed("--from-log", "--database", url, "--tally", "-o", "json"))
    assert (tally["events"], tally["lines"]) == (0, 0)


def test_a_log_that_is_not_there_or_not_of_this_version_is_told_and_left_alone(tmp_path: Path) -> None:
    gone = command("replay", "--from-log", "--data-dir", tmp_path / "none")
    assert (gone.returncode, gone.stdout) == (3, b"")
    assert not (tmp_path / "none").exists()
    url = f"sqlite:///{tmp_path / 'old.db'}"
    schema.upgrade(url, "0001")
    before = (tmp_path / "old.db").read_bytes()
    old = command("replay", "--from-log", "--database", url)
    assert (old.returncode, old.stdout, old.stderr.count(b"\n")) == (5, b"", 1)
    assert (tmp_path / "old.db").read_bytes() == before
