"""`db`: the database's schema."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import setting_options, settings_from

if TYPE_CHECKING:
    from types import ModuleType


@click.group("db")
def command() -> None:
    """The database: upgrade, downgrade, current, revision, check.

    SQLite is upgraded by `run` itself; PostgreSQL by `db upgrade` or `run --migrate`.
    """


@command.command("upgrade")
@click.argument("revision", default="head")
@setting_options
def upgrade(revision: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Bring the database to REVISION, the newest by default. A SQLite file is copied first."""
    url = _url(config, data_dir, sets)
    _schema().upgrade(url, revision)
    click.echo(_schema().current(url))


@command.command("downgrade")
@click.argument("revision")
@setting_options
def downgrade(revision: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Take the database back to REVISION (`base` is empty). What the newer schema held is lost."""
    url = _url(config, data_dir, sets)
    _schema().downgrade(url, revision)
    click.echo(_schema().current(url) or "base")


@command.command("current")
@setting_options
def current(config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Print the database's revision and the newest one; exit code 5 when they differ."""
    here, head = _schema().current(_url(config, data_dir, sets)), _schema().head()
    click.echo(f"{here or 'base'} (head {head})")
    raise SystemExit(0 if here == head else 5)


@command.command("revision")
@click.argument("message")
@setting_options
def revision(message: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Write a new migration with what the tables in the code have and the database has not."""
    click.echo(_schema().revision(_url(config, data_dir, sets), message))


@command.command("check")
@setting_options
def check(config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Compare the database with the tables in the code; exit code 1 when they differ."""
    differences = _schema().check(_url(config, data_dir, sets))
    for difference in differences:
        click.echo(difference)
    raise SystemExit(1 if differences else 0)


def _schema() -> "ModuleType":
    from agent_runtime.store import schema  # noqa: PLC0415 - heavy

    return schema


def _url(config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> str:
    from agent_runtime.app import database_url  # noqa: PLC0415 - heavy

    return database_url(settings_from(config, data_dir, sets))
