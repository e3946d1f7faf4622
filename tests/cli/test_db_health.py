"""`db health` and `db reset`: how the database is, and everything out of it."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent_runtime.cli.db import command
from agent_runtime.store import schema
from tests.cli.invoking import invoked
from tests.store.test_backup import damage


def made(folder: Path) -> Path:
    """A data folder with an event and a session in its database."""
    schema.upgrade(f"sqlite:///{folder / 'runtime.db'}")
    with closing(sqlite3.connect(folder / "runtime.db")) as kept, kept:
        kept.execute(
            "INSERT INTO sessions (id, character, created_at, updated_at, metadata) VALUES ('s1', 'wren', 1, 1, '{}')"
        )
        kept.execute(
            "INSERT INTO event_logs (id, timestamp, type, source, channel, data)"
            " VALUES ('e1', 1790000000123, 'auction:start', 'engine', 'events:auction', '{}')"
        )
    return folder


def health(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, ["health", *arguments], catch_exceptions=False)
    return done.exit_code, done.stdout


def told(*arguments: str) -> tuple[int, dict[str, object]]:
    code, said = health(*arguments, "-o", "json")
    return code, json.loads(said)


@pytest.mark.parametrize("full", [(), ("--full",)])
def test_a_sound_database_is_told_with_what_is_in_it(full: tuple[str, ...], tmp_path: Path) -> None:
    code, seen = told("--data-dir", str(made(tmp_path)), *full)
    assert code == 0
    assert seen["counts"] == {"sessions": 1, "messages": 0, "turns": 0, "events": 1}
    assert seen["oldest_event"] == "2026-09-21T14:13:20.123Z"
    assert (seen["is_sound"], seen["problems"], seen["revision"]) == (True, [], schema.head())
    assert seen["engine"] == f"SQLite {sqlite3.sqlite_version}"
    assert seen["size_bytes"] == (tmp_path / "runtime.db").stat().st_size
    code, table = health("--data-dir", str(tmp_path))
    assert code == 0
    assert ["sessions", "1"] in [line.split() for line in table.splitlines()]


def test_postgresql_is_told_too(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("postgresql")
    code, seen = told("--set", f"database.url={url}")
    assert (code, seen["is_sound"], seen["revision"], seen["wal_bytes"]) == (0, True, schema.head(), None)
    assert seen["counts"] == {"sessions": 0, "messages": 0, "turns": 0, "events": 0}
    assert url.partition("@")[0].rpartition(":")[2] not in str(seen)


def test_a_damaged_one_has_its_damage_told(tmp_path: Path) -> None:
    damage(made(tmp_path) / "runtime.db")
    code, seen = told("--data-dir", str(tmp_path))
    assert (code, seen["is_sound"]) == (1, False)
    assert any("restore a backup" in str(each) for each in seen["problems"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("what", ["nothing", "no database", "no address"])
def test_what_cannot_be_looked_at_is_told(what: str, tmp_path: Path) -> None:
    given = ["--set", "database.url=sqlite://"] if what == "no address" else []
    if what == "no database":
        (tmp_path / "runtime.db").write_text("hello")
    code, said, why = invoked(command, "health", "--data-dir", tmp_path, *given)
    assert (code, said) == ({"nothing": 3, "no database": 2, "no address": 2}[what], "")
    assert why


def test_one_with_an_older_schema_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{made(tmp_path) / 'runtime.db'}"
    schema.downgrade(url, "0001")
    code, seen = told("--data-dir", str(tmp_path))
    assert (code, seen["revision"], seen["problems"]) == (5, "0001", [])
    assert seen["counts"] == {"sessions": 1, "messages": 0, "events": 1}


def test_one_with_a_newer_schema_is_not_to_be_upgraded(tmp_path: Path) -> None:
    with closing(sqlite3.connect(made(tmp_path) / "runtime.db")) as kept, kept:
        kept.execute("UPDATE alembic_version SET version_num = '9999'")
    code, _, why = invoked(command, "health", "--data-dir", tmp_path)
    assert code == 5
    assert "newer version" in why
    assert "db upgrade" not in why


def test_the_oldest_event_is_the_one_received_first_whenever_it_happened(tmp_path: Path) -> None:
    with closing(sqlite3.connect(made(tmp_path) / "runtime.db")) as kept, kept:
        kept.execute("UPDATE event_logs SET timestamp = 1000, received_at = 1790000000123")
    assert told("--data-dir", str(tmp_path))[1]["oldest_event"] == "2026-09-21T14:13:20.123Z"


def test_everything_goes_and_a_backup_stays(tmp_path: Path) -> None:
    folder = made(tmp_path)
    done = CliRunner().invoke(command, ["reset", "--yes", "--data-dir", str(folder)], catch_exceptions=False)
    assert done.exit_code == 0
    assert told("--data-dir", str(folder))[1]["counts"] == {"sessions": 0, "messages": 0, "turns": 0, "events": 0}
    (backup,) = (folder / "backups").iterdir()
    with closing(sqlite3.connect(backup)) as kept:
        assert kept.execute("SELECT id FROM sessions").fetchall() == [("s1",)]
    assert done.output.startswith(str(backup))


def test_a_database_that_is_damaged_is_not_reset_without_its_backup(tmp_path: Path) -> None:
    folder = made(tmp_path)
    damage(folder / "runtime.db")
    before = (folder / "runtime.db").read_bytes()
    done = CliRunner().invoke(command, ["reset", "--yes", "--data-dir", str(folder)])
    assert "damaged" in str(done.exception)
    assert (folder / "runtime.db").read_bytes() == before
    assert list((folder / "backups").iterdir()) == []
