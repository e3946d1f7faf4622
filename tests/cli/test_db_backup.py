"""`db backup` and `db restore`, beside a runtime that works and after it has stopped."""

import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from agent_runtime.cli.db import command as group
from agent_runtime.store import schema
from agent_runtime.store.backup import back_up, restore
from agent_runtime.store.folder import DataFolder
from tests.cli.invoking import invoked
from tests.process.http import Client, client_of
from tests.process.runtime import MODULE, ROOT, RuntimeProcess, environment
from tests.waiting import until

_BACKUPS = 5
_BETWEEN = 15  # turns
_WRITERS = 4


def db(*arguments: str | Path, data: Path) -> tuple[int, str, str]:
    return invoked(group, *arguments, "--data-dir", data)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a database that has one session in it."""
    folder = tmp_path / "data"
    schema.upgrade(f"sqlite:///{folder / 'runtime.db'}")
    with closing(sqlite3.connect(folder / "runtime.db")) as kept, kept:
        kept.execute(
            "INSERT INTO sessions (id, character, created_at, updated_at, metadata) VALUES ('s1', 'wren', 1, 1, '{}')"
        )
    return folder


def sessions_in(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as kept:
        return [row[0] for row in kept.execute("SELECT id FROM sessions")]


async def test_backups_under_load_are_whole_and_hold_all_that_was_acknowledged(tmp_path: Path) -> None:
    runtime = RuntimeProcess(tmp_path / "data", "narration.speed=max").start()
    done: list[str] = []
    known: list[tuple[Path, set[str]]] = []
    try:
        async with client_of(runtime.url) as client, asyncio.TaskGroup() as group:
            writers = [group.create_task(talk(client, done)) for _ in range(_WRITERS)]
            for number in range(_BACKUPS):
                wanted, file = len(done) + _BETWEEN, tmp_path / f"{number}.db"
                await until(lambda wanted=wanted: len(done) >= wanted)  # type: ignore[misc]
                known.append((file, set(done)))
                await asyncio.to_thread(back_up, f"sqlite:///{runtime.folder / 'runtime.db'}", file)
            for writer in writers:
                writer.cancel()
        assert runtime.stop() == 0
    finally:
        runtime.kill()
    whole = rows(runtime.folder / "runtime.db", "SELECT id, content FROM messages")
    for number, (file, turns) in enumerate(known):
        restored = tmp_path / f"restored-{number}" / "runtime.db"
        assert restore(f"sqlite:///{restored}", file, tmp_path / "kept") is None
        assert_consistent(restored)
        assert turns <= {row[0] for row in rows(restored, "SELECT id FROM turns WHERE state = 'done'")}
        assert set(rows(restored, "SELECT id, content FROM messages")) <= set(whole)


async def talk(client: Client, done: list[str]) -> None:
    """Say one thing after the other, and note each turn that is acknowledged."""
    session = await client.session_with("wren")
    while True:
        answer = await client.say(session, f"This is number {len(done)}.")
        assert answer.status in {200, 201}, answer.raw
        done.append(answer.json["turn_id"])


def assert_consistent(file: Path) -> None:
    """As no moment between two transactions could leave it."""
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]
    assert rows(file, "PRAGMA foreign_key_check") == []
    assert rows(file, "SELECT id FROM messages WHERE session_id NOT IN (SELECT id FROM sessions)") == []
    replied = "SELECT id FROM turns WHERE state = 'done' AND message_id NOT IN (SELECT id FROM messages)"
    assert rows(file, replied) == []
    asked = "SELECT id FROM turns WHERE user_message_id NOT IN (SELECT id FROM messages)"
    assert rows(file, asked) == []
    counted = (
        "SELECT s.id FROM sessions s WHERE message_count <> (SELECT count(*) FROM messages WHERE session_id = s.id)"
    )
    assert rows(file, counted) == []


def rows(file: Path, query: str) -> list[Sequence[object]]:
    with closing(sqlite3.connect(file)) as kept:
        return list(kept.execute(query).fetchall())


def test_by_default_the_newest_few_are_kept_in_the_data_folder(data: Path) -> None:
    (data / "backups").mkdir()
    (data / "backups" / "mine.db").touch()
    made = []
    for _ in range(3):
        code, said, _ = db("backup", "--keep", "2", "-o", "json", data=data)
        assert code == 0
        made.append(json.loads(said))
    assert [len(each["deleted"]) for each in made] == [0, 0, 1]
    assert made[2]["deleted"] == [made[0]["path"]]
    assert made[2]["size_bytes"] == Path(made[2]["path"]).stat().st_size
    assert {each.name for each in (data / "backups").iterdir()} == {
        "mine.db",
        *(Path(each["path"]).name for each in made[1:]),
    }


def test_a_backup_is_told_with_its_size_and_that_it_is_sound(data: Path, tmp_path: Path) -> None:
    code, said, _ = db("backup", tmp_path / "copy.db", data=data)
    assert code == 0
    size = (tmp_path / "copy.db").stat().st_size
    assert said == f"{tmp_path / 'copy.db'}: {size:,} bytes, schema {schema.head()}, looked through and sound\n"


def test_a_backup_is_restored_and_what_was_there_is_named(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    assert db("backup", file, data=data)[0] == 0
    with closing(sqlite3.connect(data / "runtime.db")) as kept, kept:
        kept.execute("UPDATE sessions SET id = 's2'")
    code, said, _ = db("restore", file, "--yes", data=data)
    assert code == 0
    assert sessions_in(data / "runtime.db") == ["s1"]
    replaced = Path(said.splitlines()[1].partition(": ")[0])
    assert replaced.parent == data
    assert sessions_in(replaced) == ["s2"]


@pytest.mark.parametrize("arguments", [("restore", "copy.db"), ("reset",)])
def test_where_nobody_can_be_asked_nothing_is_replaced_unsaid(
    arguments: tuple[str, ...], data: Path, tmp_path: Path
) -> None:
    assert db("backup", tmp_path / "copy.db", data=data)[0] == 0
    given = [tmp_path / each if each.endswith(".db") else each for each in arguments]
    code, said, why = db(*given, data=data)
    assert (code, said) == (2, "")
    assert "say --yes" in why
    assert [each.name for each in data.iterdir() if each.name.startswith("runtime.db")] == ["runtime.db"]


@pytest.mark.parametrize(("answer", "code", "left"), [(b"n\n", 1, ["s1"]), (b"y\n", 0, []), (b"", 130, ["s1"])])
def test_on_a_terminal_it_asks(answer: bytes, code: int, left: list[str], data: Path) -> None:
    # A machine that is bare has no pseudo-terminals: standard input says that it is one.
    on_a_terminal = "import sys; sys.stdin.isatty = lambda: True; from agent_runtime.cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", on_a_terminal, "db", "reset", "--data-dir", data],
        cwd=ROOT,
        env=environment(),
        input=answer,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == code
    assert b"Delete everything in" in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert sessions_in(data / "runtime.db") == left


@pytest.mark.parametrize(
    "arguments", [("restore", "copy.db", "--yes"), ("reset", "--yes"), ("upgrade",), ("downgrade", "0001")]
)
def test_while_a_runtime_holds_the_folder_it_is_refused_by_name(
    arguments: tuple[str, ...], data: Path, tmp_path: Path
) -> None:
    assert db("backup", tmp_path / "copy.db", data=data)[0] == 0
    given = [tmp_path / each if each.endswith(".db") else each for each in arguments]
    with DataFolder(data) as folder:
        folder.announce("http://127.0.0.1:4501", "redis://127.0.0.1:1")
        code, said, why = db(*given, data=data)
    assert (code, said) == (3, "")
    assert "process " in why
    assert "http://127.0.0.1:4501" in why
    assert sessions_in(data / "runtime.db") == ["s1"]
    assert rows(data / "runtime.db", "SELECT version_num FROM alembic_version") == [(schema.head(),)]


@pytest.mark.parametrize(
    ("spoil", "code", "why"),
    [
        (lambda file: file.write_text("hello"), 2, "not a SQLite database"),
        (Path.unlink, 2, "No such file"),
        (lambda file: rows_changed(file, "UPDATE alembic_version SET version_num = '9999'"), 5, "schema 9999"),
    ],
    ids=["no database", "missing", "newer"],
)
def test_a_file_that_is_no_backup_is_refused(
    spoil: Callable[[Path], object], code: int, why: str, data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    assert db("backup", file, data=data)[0] == 0
    spoil(file)
    ended, said, told = db("restore", file, "--yes", data=data)
    assert (ended, said) == (code, "")
    assert why in told
    assert sessions_in(data / "runtime.db") == ["s1"]


def rows_changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute(statement)


def test_a_disk_that_is_full_leaves_no_part_of_a_backup(data: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [*MODULE, "db", "backup", tmp_path / "copy.db", "--data-dir", data],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert (ended.returncode, ended.stdout) == (3, b"")
    assert b"disk" in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


def test_a_target_that_is_there_already_is_left_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    code, said, why = db("backup", tmp_path / "copy.db", data=data)
    assert (code, said) == (2, "")
    assert "is there already" in why
    assert (tmp_path / "copy.db").read_text() == "mine"
