"""Migrations: up, down, up again; the tables are those of the code; nothing is lost on the way."""

import asyncio
import shutil
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from agent_runtime.core.errors import SchemaBehind
from agent_runtime.store import revisions, schema
from agent_runtime.store.database import Database
from agent_runtime.store.migrating import copy_path
from tests.store.by_hand import run_by_hand
from tests.store.values import NOON, event, message, new_id, session


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
    with pytest.raises(SchemaBehind, match="has no schema yet"):
        schema.check(empty_url)
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


@pytest.mark.parametrize(
    ("moment", "document"), [("timestamptz", "jsonb"), ("timestamp(3)", "json")], ids=["as ours", "otherwise"]
)
async def test_the_platforms_event_log_keeps_its_rows_and_gets_what_it_lacks(
    empty_postgres_url: str, moment: str, document: str
) -> None:
    row = """INSERT INTO event_logs VALUES ('{}', '2026-03-01 12:00:00', 'auction:start', 'engine', '{{"lot": 1}}')"""
    await run_by_hand(
        empty_postgres_url,
        f"CREATE TABLE event_logs (id text PRIMARY KEY, timestamp {moment} NOT NULL, type text NOT NULL,"
        f" source text NOT NULL, data {document} NOT NULL)",
        "CREATE INDEX event_logs_by_type ON event_logs (type, timestamp)",
        row.format("first"),
    )
    schema.upgrade(empty_postgres_url)
    await run_by_hand(empty_postgres_url, row.format("second"))  # the platform does not know of our columns
    ours = event(reason="bad_shape")
    async with Database(empty_postgres_url) as database:
        await database.events.append([ours, ours, event(id="first")])
        kept = (await database.events.list(since=datetime(2026, 3, 1, tzinfo=UTC))).data
        assert [(each.seq, each.id, each.channel) for each in kept] == [
            (1, "first", ""),
            (2, "second", ""),
            (3, ours.id, ours.channel),
        ]
        assert kept[0].timestamp == datetime(2026, 3, 1, 12, tzinfo=UTC)
        assert kept[0].data == {"lot": 1}
        assert kept[2].timestamp == ours.timestamp
        assert [each.id for each in (await database.events.list(dead=True)).data] == [ours.id]
    schema.downgrade(empty_postgres_url, "base")
    await run_by_hand(empty_postgres_url, row.format("third"))  # still there
    schema.upgrade(empty_postgres_url)
    async with Database(empty_postgres_url) as database:
        assert len((await database.events.list()).data) == 4


async def test_conversations_that_are_there_already_are_numbered_and_continued(empty_postgres_url: str) -> None:
    times = "created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
    await run_by_hand(
        empty_postgres_url,
        f"CREATE TABLE sessions (id text PRIMARY KEY, {times})",
        "CREATE TABLE messages (id text PRIMARY KEY, content text NOT NULL, role text NOT NULL,"
        " created_at timestamptz NOT NULL, session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE)",
        f"CREATE TABLE character_files (id text PRIMARY KEY, content jsonb NOT NULL, {times},"
        " session_id text NOT NULL UNIQUE REFERENCES sessions ON DELETE CASCADE)",
        "INSERT INTO sessions VALUES ('s', '2026-01-01', '2026-01-01'), ('empty', '2026-01-02', '2026-01-02')",
        "INSERT INTO messages VALUES ('b', 'hello you', 'assistant', '2026-01-01 00:00:02', 's'),"
        " ('c', 'bye', 'user', '2026-01-01 00:00:03', 's'), ('a', 'hello', 'user', '2026-01-01 00:00:01', 's')",
    )
    schema.upgrade(empty_postgres_url)
    async with Database(empty_postgres_url) as database:
        said = await database.messages.append(message("s"))
        assert (said.seq, said.parent_id) == (4, "c")
        page = await database.messages.list("s")
        assert [(each.id, each.seq, each.parent_id) for each in page.data[:3]] == [
            ("a", 1, None),
            ("b", 2, "a"),
            ("c", 3, "b"),
        ]
        assert (await database.sessions.get("empty")).message_count == 0
        for _ in range(2):
            await database.character_files.save("s", {"name": "Ada"}, file_id=new_id(), now=NOON)
        await database.sessions.for_agent("ada", "ada", new_id(), NOON)


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
