"""`db`: the database's schema, its copies and its health, and a small world to fill it with."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.db_backup import backup, held, restore
from agent_runtime.cli.db_health import health
from agent_runtime.cli.db_reset import reset
from agent_runtime.cli.options import run_async, setting_options, settings_from
from agent_runtime.core.errors import Misconfigured

if TYPE_CHECKING:
    from types import ModuleType


@click.group("db", commands=[backup, restore, health, reset])
def command() -> None:
    """The database: back up, restore, health, reset; upgrade, downgrade, current, revision, check, seed.

    SQLite is upgraded by `run` itself; PostgreSQL by `db upgrade` or `run --migrate`.
    """


@command.command("upgrade")
@click.argument("revision", default="head")
@setting_options
def upgrade(revision: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Bring the database to REVISION, the newest by default.

    A SQLite file is copied first; a runtime that uses it must be stopped.
    """
    from agent_runtime.store.address import parse_address  # noqa: PLC0415 - heavy

    url = _url(config, data_dir, sets)
    # PostgreSQL is upgraded beside the runtimes that use it: they need not be on this machine.
    is_file = parse_address(url).kind == "sqlite"
    alone = held(settings_from(config, data_dir, sets)) if is_file else nullcontext()
    with alone, _known_revision(revision):
        _schema().upgrade(url, revision)
    click.echo(_schema().current(url))


@command.command("downgrade")
@click.argument("revision")
@setting_options
def downgrade(revision: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Take the database back to REVISION (`base` is empty). What the newer schema held is lost.

    A SQLite file is copied first. The runtime must be stopped.
    """
    url = _url(config, data_dir, sets)
    with held(settings_from(config, data_dir, sets)), _known_revision(revision):
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


@command.command("seed")
@setting_options
def seed(config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Fill the database with a small world to look at: a campaign, its lots, bids and users.

    Run again, it changes nothing. A SQLite file is created and upgraded when that is needed; a runtime that
    uses it must be stopped first.
    """
    from agent_runtime.cli.seeding import sow  # noqa: PLC0415 - heavy
    from agent_runtime.cli.world import world  # noqa: PLC0415 - heavy

    records = world()
    settings = settings_from(config, data_dir, sets)
    run_async(lambda _stop: sow(settings, records))
    counts = Counter(type(record).__name__ for record in records)
    for kind, count in counts.items():
        click.echo(f"{count:4} {kind}")


@contextmanager
def _known_revision(revision: str) -> Iterator[None]:
    """What the migration tool says of a revision it does not know, as Misconfigured."""
    from alembic.util import CommandError  # noqa: PLC0415 - heavy

    if not revision:
        raise Misconfigured("REVISION is empty; give a number such as 0001, or head, or base")
    try:
        yield
    except CommandError as error:
        raise Misconfigured(f"revision {revision!r}: {error}; `agent-runtime db current` tells both ends") from error


def _schema() -> "ModuleType":
    from agent_runtime.store import schema  # noqa: PLC0415 - heavy

    return schema


def _url(config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> str:
    from agent_runtime.app import database_url  # noqa: PLC0415 - heavy

    return database_url(settings_from(config, data_dir, sets))
