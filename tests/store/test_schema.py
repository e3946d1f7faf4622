"""Migrations: up, down, up again; the tables are those of the code; nothing is lost on the way."""

import asyncio
import shutil
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from agent_runtime.store import revisions, schema
from agent_runtime.store.database import Database
from agent_runtime.store.migrating import copy_path
from tests.store.values import message, session


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it; the SQLite file does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'store.db'}"
    return str(request.getfixturevalue("empty_postgres_url"))


async def test_up_down_and_up_again_leaves_the_tables_of_the_code(empty_url: str) -> None:
    assert schema.current(empty_url) is None
    schema.upgrade(empty_url)
    assert schema.current(empty_url) == schema.head()
    assert schema.check(empty_url) == []
    schema.downgrade(empty_url, "base")
    assert schema.current(empty_url) is None
    assert schema.check(empty_url) != []
    schema.upgrade(empty_url)
    schema.upgrade(empty_url)
    assert schema.check(empty_url) == []
    async with Database(empty_url) as database:
        await database.sessions.create(session())


async def test_tables_that_are_there_already_are_left_as_they_are(empty_url: str) -> None:
    schema.upgrade(empty_url)
    async with Database(empty_url) as database:
        kept = await database.sessions.create(session())
        engine = database.sessions.engine
        await engine.write(lambda db: db.exec_driver_sql("DROP TABLE alembic_version"))
        await engine.write(lambda db: db.exec_driver_sql("DROP TABLE event_logs"))
        await engine.write(lambda db: db.exec_driver_sql("CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)"))
    schema.upgrade(empty_url)
    assert schema.check(empty_url) == []
    async with Database(empty_url) as database:
        assert await database.sessions.get(kept.id) == kept


def test_revisions_read_from_file_names_are_those_of_the_migration_tool() -> None:
    config = Config()
    config.set_main_option("script_location", str(revisions.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert [revisions.head()] == scripts.get_heads()
    assert set(revisions.known()) == {script.revision for script in scripts.walk_revisions()}


def test_replicas_that_upgrade_at_once_upgrade_once(empty_postgres_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(schema.upgrade, empty_postgres_url) for _ in range(4)]
        assert [job.result(60) for job in jobs] == [None] * 4
    assert schema.current(empty_postgres_url) == schema.head()


async def test_a_file_is_copied_before_it_is_changed_and_the_last_copy_is_kept(
    migrated_url: Callable[[str], str],
) -> None:
    url = migrated_url("sqlite")
    path = Path(url.removeprefix("sqlite:///"))
    schema.upgrade(url)
    assert not copy_path(path).exists()  # nothing to change, nothing to copy
    async with Database(url) as database:
        await database.sessions.create(session())
    schema.downgrade(url, "base")
    assert _scalar(copy_path(path), "SELECT count(*) FROM sessions") == 1
    schema.upgrade(url)
    assert _scalar(copy_path(path), "SELECT count(*) FROM sqlite_master WHERE name = 'sessions'") == 0
    assert _scalar(copy_path(path), "PRAGMA integrity_check") == "ok"
    assert [each for each in path.parent.iterdir() if "before" in each.name] == [copy_path(path)]
    assert stat.S_IMODE(copy_path(path).stat().st_mode) == 0o600


def _scalar(path: Path, query: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchone()[0]


async def test_schema_functions_work_beside_a_running_loop(database_url: str) -> None:
    assert schema.current(database_url) == schema.head()
    assert await asyncio.to_thread(schema.check, database_url) == []


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations to add to."""
    copy = tmp_path / "migrations"
    shutil.copytree(revisions.MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(revisions, "MIGRATIONS", copy)
    return copy


def _following(migrations: Path, body: str) -> str:
    """Write the migration after the newest one; returns its number."""
    number = f"{int(schema.head()) + 1:04d}"
    head = ["from alembic import op", f'revision, down_revision = "{number}", "{schema.head()}"', "def upgrade():"]
    (migrations / "versions" / f"{number}_next.py").write_text(
        "\n".join([*head, *(f"    {line}" for line in body.splitlines())])
    )
    return number


def test_a_new_revision_says_what_the_tables_lack(migrated_url: Callable[[str], str], migrations: Path) -> None:
    url = migrated_url("sqlite")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("DROP INDEX ix_event_logs_dead")
    assert len(schema.check(url)) == 1
    assert "ix_event_logs_dead" in schema.check(url)[0]
    written = schema.revision(url, "the index again")
    assert written.parent == migrations / "versions"
    assert written.name.endswith("_the_index_again.py")
    schema.upgrade(url)
    assert schema.current(url) == schema.head() == written.name[:4]
    assert schema.check(url) == []


def test_a_migration_that_fails_leaves_nothing_of_itself(database_url: str, migrations: Path) -> None:
    before = schema.head()
    half = "op.execute('CREATE TABLE half (id INTEGER)')"
    number = _following(migrations, f"{half}\nop.execute('SELECT nonsense FROM nowhere')")
    with pytest.raises(DBAPIError, match="nowhere"):
        schema.upgrade(database_url)
    assert schema.current(database_url) == before
    written = migrations / "versions" / f"{number}_next.py"
    written.write_text(written.read_text().rpartition("\n")[0])  # corrected
    schema.upgrade(database_url)
    assert schema.current(database_url) == number


async def test_making_a_table_anew_keeps_the_rows_that_refer_to_it(database_url: str, migrations: Path) -> None:
    async with Database(database_url) as database:
        owner = await database.sessions.create(session())
        kept = await database.messages.append(message(owner.id))
    _following(
        migrations,
        "with op.batch_alter_table('sessions') as batch:\n    batch.alter_column('title', new_column_name='name')",
    )
    schema.upgrade(database_url)
    async with Database(database_url) as database:
        assert await database.messages.get(kept.id) == kept
