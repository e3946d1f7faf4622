"""Opening a database: what cannot be opened is said clearly, and never touched."""

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from agent_runtime.core.errors import Misconfigured, SchemaBehind, Unavailable
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from tests.store.values import message, session

_NOBODY = 65534


@contextmanager
def not_root() -> Iterator[None]:
    """Without the right to write everywhere, when the tests have it."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for content in (b"name: Ada\n" * 100, b"\0" * 8192, b"SQLite"):
        path.write_bytes(content)
        for attempt in (Database(f"sqlite:///{path}").connect, Database(f"sqlite:///{path}").standing):
            with pytest.raises(Misconfigured, match=r"store\.db is not a SQLite database.*backup"):
                await attempt()
        with pytest.raises(Misconfigured):
            schema.upgrade(f"sqlite:///{path}")
        assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]


async def test_a_damaged_database_is_refused_and_left_as_it_is(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("sqlite")
    async with Database(url) as database:
        owner = await database.sessions.create(session())
        for _ in range(200):
            await database.messages.append(message(owner.id, "x" * 200))
    path = Path(url.removeprefix("sqlite:///"))
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:8192] + b"\xff" * 16384 + whole[24576:]):
        path.write_bytes(damaged)
        with pytest.raises((Misconfigured, Unavailable), match=r"damaged.*backup"):
            await Database(url).connect()
        assert path.read_bytes() == damaged


async def test_a_folder_that_may_not_be_written_is_named(sqlite_template: Path) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        shutil.copy(sqlite_template, folder / "store.db")
        (folder / "store.db").chmod(0o444)
        folder.chmod(0o555)
        with not_root():
            with pytest.raises(Unavailable, match=r"store\.db.*(written|opened)"):
                await Database(f"sqlite:///{folder}/store.db").connect()
            with pytest.raises(Unavailable, match=r"other\.db cannot be created"):
                schema.upgrade(f"sqlite:///{folder}/deep/other.db")
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="folder"):
        await Database(f"sqlite:///{tmp_path}").connect()


async def test_a_new_file_is_private_and_so_is_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "data" / "store.db"
    before = os.umask(0)
    try:
        schema.upgrade(f"sqlite:///{path}")
        async with Database(f"sqlite:///{path}") as database:
            await database.sessions.create(session())
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def _pragma(name: str, db: Connection) -> object:
    return db.exec_driver_sql(f"PRAGMA {name}").scalar()


async def test_the_settings_that_promises_rest_on_are_set(migrated_url: Callable[[str], str]) -> None:
    async with Database(migrated_url("sqlite")) as database:
        engine = database.sessions.engine
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "query_only": 0}
        for name, value in wanted.items():
            assert await engine.write(partial(_pragma, name)) == value
        assert await engine.read(partial(_pragma, "query_only")) == 1
        with pytest.raises(Unavailable, match="readonly"):
            await engine.read(lambda db: db.exec_driver_sql("DELETE FROM sessions"))


@pytest.mark.slow
async def test_another_process_that_writes_is_waited_for_and_then_named(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("sqlite")
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    async with Database(url) as database:
        await database.sessions.engine.write(lambda db: db.exec_driver_sql("SELECT 1").scalar())
        other.execute("BEGIN IMMEDIATE")
        try:
            await database.sessions.engine.write(lambda db: None)
        except Unavailable as fault:
            assert "another process" in str(fault)
        else:
            raise AssertionError("two writers at once")
        finally:
            other.execute("ROLLBACK")
            other.close()
        await database.sessions.create(session())


async def test_passwords_are_masked_wherever_a_server_cannot_be_used(postgres_url: str) -> None:
    real = make_url(postgres_url)
    secret = "s3cret-w0rd"
    wrong = real.set(password=secret, drivername="postgresql")
    absent = real.set(database="no_such_database", drivername="postgresql")
    for url, password, word in (
        (f"postgresql://me:{secret}@127.0.0.1:1/x", secret, "cannot be reached"),
        (f"postgresql://me:{secret}@no-such-host.invalid/x", secret, "cannot be reached"),
        (wrong.render_as_string(hide_password=False), secret, "password"),
        (absent.render_as_string(hide_password=False), str(real.password), "no such database"),
    ):
        for attempt in (Database(url).connect, Database(url).standing):
            with pytest.raises(Unavailable, match=word) as caught:
                await attempt()
            assert password not in str(caught.value)
            assert "***" in str(caught.value)
            assert password not in repr(caught.value.__cause__)


async def test_a_schema_behind_or_ahead_is_refused_naming_both(database_url: str) -> None:
    async with Database(database_url) as database:
        assert (await database.standing()).is_head
        await database.sessions.engine.write(
            lambda db: db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        )
    with pytest.raises(SchemaBehind, match=rf"9999.*{schema.head()}"):
        await Database(database_url).connect()
    assert (await Database(database_url).standing()).is_newer
    with pytest.raises(SchemaBehind, match="9999"):
        schema.upgrade(database_url)


async def test_a_missing_file_is_behind_and_not_created_by_asking(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    standing = await database.standing()
    assert (standing.current, standing.is_behind, standing.is_newer) == (None, True, False)
    with pytest.raises(SchemaBehind, match="agent-runtime db upgrade"):
        await database.connect()
    assert schema.current(f"sqlite:///{tmp_path / 'new.db'}") is None
    assert list(tmp_path.iterdir()) == []


async def test_an_empty_server_is_behind(empty_postgres_url: str) -> None:
    with pytest.raises(SchemaBehind, match=f"none.*{schema.head()}.*agent-runtime db upgrade"):
        await Database(empty_postgres_url).connect()
