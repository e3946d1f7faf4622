"""Changing the schema, with Alembic: for the `db` commands and the roof; everything here blocks.

Kept apart from `database`, so that a start that has nothing to upgrade does not load the migration tool.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from agent_runtime.core.errors import SchemaBehind
from agent_runtime.store import revisions
from agent_runtime.store.address import parse_address
from agent_runtime.store.files import has_database
from agent_runtime.store.migrating import keep_copy, with_connection
from agent_runtime.store.naming import is_ours
from agent_runtime.store.tables import metadata


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; a SQLite file is created when missing and copied before it is changed.

    Raises SchemaBehind when newer code has been here, Misconfigured, Unavailable.
    """
    path = parse_address(url).path

    def work(connection: Connection) -> None:
        standing = revisions.Standing(revisions.current(connection), revisions.head())
        if standing.is_newer:
            raise SchemaBehind(
                f"{parse_address(url)} has schema {standing.current}, this code knows {standing.head} at most"
            )
        if standing.is_head and revision == "head":
            return
        if path is not None and inspect(connection).get_table_names():
            keep_copy(connection, path)
        connection.rollback()
        command.upgrade(_config(connection), revision)

    with_connection(url, work)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to `revision` ("base": no tables of ours); a SQLite file is copied before."""
    path = parse_address(url).path

    def work(connection: Connection) -> None:
        if path is not None and inspect(connection).get_table_names():
            keep_copy(connection, path)
        connection.rollback()
        command.downgrade(_config(connection), revision)

    with_connection(url, work)


def current(url: str) -> str | None:
    """The revision the database has, None when it has none; creates nothing."""
    path = parse_address(url).path
    if path is not None and not has_database(path):
        return None
    return with_connection(url, revisions.current, alone=False)


def head() -> str:
    """The newest revision of this code."""
    return revisions.head()


def check(url: str) -> list[str]:
    """What differs between the database and `store.tables`; [] when nothing does. Raises SchemaBehind without any."""

    def work(connection: Connection) -> list[str]:
        if revisions.current(connection) is None:
            raise SchemaBehind(f"{parse_address(url)} has no schema yet; run `agent-runtime db upgrade`")
        options = {"compare_type": True, "include_object": is_ours}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        return [str(difference) for difference in found]

    return with_connection(url, work, alone=False)


def revision(url: str, message: str) -> Path:
    """Write the migration that makes the database at `url` fit `store.tables`; read it before you keep it."""
    number = f"{int(revisions.head()) + 1:04d}"

    def work(connection: Connection) -> Path:
        made: Any = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
        return Path(made.path)

    return with_connection(url, work)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(revisions.MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
