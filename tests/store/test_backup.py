"""Backups: whole, taken beside whoever writes, and put back without a moment in which anything could be lost."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agent_runtime.core.clock import utc
from agent_runtime.core.errors import Misconfigured, RuntimeFault, SchemaBehind, Unavailable
from agent_runtime.store import schema
from agent_runtime.store.backup import back_up, empty, name_at, prune, restore
from agent_runtime.store.database import Database
from tests.servers.postgres import administer
from tests.servers.postgres_server import find_binaries
from tests.store.values import message, session


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the version that the tests' server has."""
    if not os.environ.get("TEST_DATABASE_URL"):
        monkeypatch.setenv("PATH", f"{find_binaries().folder}:{os.environ['PATH']}")


async def said(url: str, *contents: str) -> None:
    """Say it in a session of its own."""
    async with Database(url) as database:
        kept = await database.sessions.create(session())
        for content in contents:
            await database.messages.append(message(kept.id, content))


async def heard(url: str) -> set[str]:
    """Everything that was said."""
    async with Database(url) as database:
        sessions = (await database.sessions.list(limit=100)).data
        pages = [await database.messages.list(each.id, limit=100) for each in sessions]
        return {each.content for page in pages for each in page.data}


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def test_what_was_backed_up_is_there_again_and_what_it_replaced_is_kept(
    database_url: str, tmp_path: Path
) -> None:
    file, kept = tmp_path / "backup", tmp_path / "kept"
    await said(database_url, "one", "two")
    made = back_up(database_url, file)
    assert (made.path, made.size, made.revision) == (file, file.stat().st_size, schema.head())
    assert file.stat().st_mode & 0o777 == 0o600
    await said(database_url, "later")
    assert restore(database_url, file, kept) == kept
    assert await heard(database_url) == {"one", "two"}
    await said(database_url, "goes on")
    assert restore(database_url, kept, tmp_path / "other") == tmp_path / "other"
    assert await heard(database_url) == {"one", "two", "later"}
    assert {each.name for each in tmp_path.iterdir()} <= {"backup", "kept", "other", "store"}


async def test_a_backup_of_an_older_schema_is_upgraded_on_its_way(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "old"
    await said(database_url, "long ago")
    schema.downgrade(database_url, "0004")
    assert back_up(database_url, file).revision == "0004"
    schema.upgrade(database_url)
    await said(database_url, "today")
    restore(database_url, file, tmp_path / "kept")
    assert schema.current(database_url) == schema.head()
    assert await heard(database_url) == {"long ago"}


async def test_an_emptied_database_has_its_schema_and_nothing_in_it(database_url: str) -> None:
    await said(database_url, "one")
    empty(database_url)
    assert schema.check(database_url) == []
    assert await heard(database_url) == set()


async def test_a_database_that_others_use_is_not_replaced(database_url: str, tmp_path: Path) -> None:
    await said(database_url, "one")
    back_up(database_url, tmp_path / "backup")
    async with Database(database_url) as other:
        await other.ping()
        with pytest.raises(Unavailable, match="stop that"):
            restore(database_url, tmp_path / "backup", tmp_path / "kept")
        with pytest.raises(Unavailable, match="stop that"):
            empty(database_url)
    assert await heard(database_url) == {"one"}


@pytest.mark.parametrize("taken", ["a file", "a folder", "a dead link", "the database", "its log", "nowhere"])
async def test_a_place_that_will_not_do_is_refused(
    taken: str, migrated_url: Callable[[str], str], tmp_path: Path
) -> None:
    url = migrated_url("sqlite")
    await said(url, "one")
    to = tmp_path / "target"
    match taken:
        case "a file":
            to.write_text("mine")
        case "a folder":
            to.mkdir()
        case "a dead link":
            to.symlink_to(tmp_path / "elsewhere")
        case "the database":
            to = path_of(url)
        case "its log":
            to = path_of(f"{url}-wal")
        case "nowhere":
            to = tmp_path / "no" / "folder"
    with pytest.raises(Misconfigured, match="another name"):
        back_up(url, to)
    assert await heard(url) == {"one"}
    assert taken != "a file" or to.read_text() == "mine"


def test_a_database_that_is_not_there_or_damaged_is_not_backed_up(
    migrated_url: Callable[[str], str], tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="does not exist yet"):
        back_up(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "backup")
    url = migrated_url("sqlite")
    damage(path_of(url))
    with pytest.raises(Misconfigured, match="damaged"):
        back_up(url, tmp_path / "backup")
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


def damage(path: Path) -> None:
    """Zeros in the middle, the beginning as it was."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\0" * (size // 4))


def renumbered(path: Path) -> None:
    """Make it one of a newer version."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def without_schema(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)")


def with_a_log(path: Path) -> None:
    """As a file looks that was copied without its log."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")


BAD: dict[str, tuple[Callable[[Path], object], type[RuntimeFault], str]] = {
    "missing": (Path.unlink, Misconfigured, "No such file"),
    "empty": (lambda path: path.write_bytes(b""), Misconfigured, "not a SQLite database"),
    "text": (lambda path: path.write_text("hello" * 1000), Misconfigured, "not a SQLite database"),
    "random": (lambda path: path.write_bytes(b"SQLite format 3\0" + os.urandom(9000)), Misconfigured, "damaged"),
    "truncated": (lambda path: os.truncate(path, path.stat().st_size // 2), Misconfigured, "damaged"),
    "damaged": (damage, Misconfigured, "damaged"),
    "somebody else's": (without_schema, Misconfigured, "no schema of ours"),
    "newer": (renumbered, SchemaBehind, f"schema 9999, this code knows {schema.head()}"),
    "without its log": (with_a_log, Misconfigured, "-wal"),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_file_that_is_no_good_backup_is_refused_before_anything_is_touched(
    what: str, migrated_url: Callable[[str], str], tmp_path: Path
) -> None:
    url, file = migrated_url("sqlite"), tmp_path / "backup"
    await said(url, "one")
    back_up(url, file)
    spoil, fault, why = BAD[what]
    spoil(file)
    before = path_of(url).read_bytes()
    with pytest.raises(fault, match=why):
        restore(url, file, tmp_path / "kept")
    assert path_of(url).read_bytes() == before
    assert [each.name for each in path_of(url).parent.iterdir()] == [path_of(url).name]
    assert await heard(url) == {"one"}


async def test_a_plain_copy_is_taken_when_that_is_meant_and_with_its_log_without_asking(
    migrated_url: Callable[[str], str], tmp_path: Path
) -> None:
    url, plain, both = migrated_url("sqlite"), tmp_path / "plain.db", tmp_path / "both.db"
    async with Database(url) as database:
        kept = await database.sessions.create(session())
        await database.messages.append(message(kept.id, "in the log"))
        shutil.copy(path_of(url), plain)
        shutil.copy(path_of(url), both)
        shutil.copy(f"{path_of(url)}-wal", f"{both}-wal")
    restore(url, plain, tmp_path / "kept", is_trusted=True)
    assert await heard(url) == set()
    restore(url, both, tmp_path / "kept2")
    assert await heard(url) == {"in the log"}


def test_the_database_itself_is_no_backup(migrated_url: Callable[[str], str], tmp_path: Path) -> None:
    url = migrated_url("sqlite")
    with pytest.raises(Misconfigured, match="the database itself"):
        restore(url, path_of(url), tmp_path / "kept")


async def test_a_damaged_database_gives_way_with_its_log(migrated_url: Callable[[str], str], tmp_path: Path) -> None:
    url, file, kept = migrated_url("sqlite"), tmp_path / "backup", tmp_path / "store" / "kept"
    await said(url, "one")
    back_up(url, file)
    path_of(url).write_bytes(b"not at all")
    path_of(f"{url}-wal").write_bytes(b"nor this")
    assert restore(url, file, kept) == kept
    assert (kept.read_bytes(), kept.with_name("kept-wal").read_bytes()) == (b"not at all", b"nor this")
    assert await heard(url) == {"one"}


async def test_where_nothing_was_a_backup_is_restored_too(migrated_url: Callable[[str], str], tmp_path: Path) -> None:
    url, file = migrated_url("sqlite"), tmp_path / "backup"
    await said(url, "one")
    back_up(url, file)
    elsewhere = f"sqlite:///{tmp_path / 'new' / 'folder' / 'runtime.db'}"
    assert restore(elsewhere, file, tmp_path / "kept") is None
    assert await heard(elsewhere) == {"one"}


def test_only_the_oldest_of_those_it_named_itself_are_deleted(tmp_path: Path) -> None:
    names = [name_at(utc(1_790_000_000 + number), "sqlite") for number in range(5)]
    for name in (*names, "mine.db", "runtime-20260101.db"):
        (tmp_path / name).touch()
    assert [each.name for each in prune(tmp_path, 2)] == names[:3]
    assert prune(tmp_path, 2) == []
    assert {each.name for each in tmp_path.iterdir()} == {*names[3:], "mine.db", "runtime-20260101.db"}


def test_what_a_killed_backup_left_is_cleared_away_when_it_is_old(tmp_path: Path) -> None:
    killed, begun = (tmp_path / f"{name_at(utc(1_790_000_000 + number), 'sqlite')}.part" for number in range(2))
    killed.touch()
    begun.touch()
    os.utime(killed, (0, 0))
    assert prune(tmp_path, 2) == []
    assert list(tmp_path.iterdir()) == [begun]


def test_without_its_programs_postgresql_is_not_backed_up_and_that_is_told(
    migrated_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = migrated_url("postgresql")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="pg_dump is not on PATH: install"):
        back_up(url, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ["no dump", "cut short", "newer", "a dump without us"])
async def test_a_dump_that_is_no_good_is_refused(what: str, migrated_url: Callable[[str], str], tmp_path: Path) -> None:
    url, file = migrated_url("postgresql"), tmp_path / "backup"
    await said(url, "one")
    if what == "newer":
        administer(url, "UPDATE alembic_version SET version_num = '9999'")
    if what == "a dump without us":
        administer(url, "DELETE FROM alembic_version")
    back_up(url, file)
    administer(url, "DELETE FROM alembic_version")
    administer(url, f"INSERT INTO alembic_version VALUES ('{schema.head()}')")
    if what == "no dump":
        file.write_text("hello")
    if what == "cut short":
        os.truncate(file, file.stat().st_size // 2)
    with pytest.raises((Misconfigured, SchemaBehind), match="nothing was changed"):
        restore(url, file, tmp_path / "kept")
    assert await heard(url) == {"one"}


async def test_where_somebody_elses_table_refers_to_ours_nothing_is_changed(
    migrated_url: Callable[[str], str], tmp_path: Path
) -> None:
    url = migrated_url("postgresql")
    await said(url, "one")
    back_up(url, tmp_path / "backup")
    await said(url, "two")
    administer(url, "CREATE TABLE theirs (id text REFERENCES sessions (id))")
    with pytest.raises(Unavailable, match=r"psql failed: .* other objects depend on it"):
        restore(url, tmp_path / "backup", tmp_path / "kept")
    assert await heard(url) == {"one", "two"}


def test_a_password_is_not_told_when_the_server_refuses(migrated_url: Callable[[str], str], tmp_path: Path) -> None:
    server, _, name = migrated_url("postgresql").rpartition("/")
    with pytest.raises(Unavailable, match="does not exist") as caught:
        back_up(f"{server}/not_{name}", tmp_path / "backup")
    assert server.split(":")[2].split("@")[0] not in str(caught.value)
