"""`db`: the schema of the configured database."""

from pathlib import Path

import pytest

from tests.process.runtime import command


def db(*arguments: str, folder: Path) -> tuple[int, str]:
    done = command("db", *arguments, "--data-dir", folder)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode()


@pytest.mark.slow
def test_a_database_is_behind_until_it_is_upgraded(tmp_path: Path) -> None:
    code, said = db("current", folder=tmp_path / "data")
    assert (code, said.partition(" ")[0]) == (5, "base")
    code, made = db("upgrade", folder=tmp_path / "data")
    assert code == 0
    assert said == f"base (head {made.strip()})\n"


@pytest.mark.slow
def test_a_database_is_compared_and_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert db("upgrade", folder=folder)[0] == 0
    assert db("current", folder=folder)[0] == 0
    assert db("check", folder=folder) == (0, "")
    assert db("downgrade", "base", folder=folder) == (0, "base\n")
    assert db("current", folder=folder)[0] == 5


@pytest.mark.parametrize("arguments", [("upgrade", "nonsense"), ("downgrade", "nonsense"), ("upgrade", "")])
def test_a_revision_that_is_not_there_is_told(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = command("db", *arguments, "--data-dir", tmp_path / "data")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
