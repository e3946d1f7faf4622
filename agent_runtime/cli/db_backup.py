"""`db backup` and `db restore`: a copy of everything that lasts, and back again."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import setting_options, settings_from

if TYPE_CHECKING:
    from datetime import datetime

    from agent_runtime.config import Settings

_REFUSED = 1
_FILE = click.Path(path_type=Path)
output_option = click.option(
    "-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to print."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")


@click.command("backup")
@click.argument("file", type=_FILE, required=False)
@click.option(
    "--keep",
    type=click.IntRange(1, 10_000),
    default=7,
    show_default=True,
    help="Without FILE: how many backups stay; older ones are deleted.",
)
@output_option
@setting_options
def backup(
    file: Path | None, keep: int, output: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]
) -> None:
    """Copy the database to FILE, by default a new one in the data folder's `backups`; a runtime may be using it.

    SQLite becomes one file that is looked through before it counts; PostgreSQL is dumped by its own pg_dump.
    """
    from agent_runtime.app import database_url  # noqa: PLC0415 - heavy
    from agent_runtime.store.backup import back_up, prune  # noqa: PLC0415 - heavy

    settings = settings_from(config, data_dir, sets)
    made = back_up(database_url(settings), file or new_name(settings))
    deleted = prune(made.path.parent, keep) if file is None else []
    if output == "json":
        from agent_runtime.cli.asking import show_json  # noqa: PLC0415 - heavy

        shown = {"path": str(made.path), "size_bytes": made.size, "revision": made.revision}
        show_json({**shown, "deleted": [str(each) for each in deleted]})
        return
    click.echo(f"{made.path}: {made.size:,} bytes, schema {made.revision}, looked through and sound")
    for each in deleted:
        click.echo(f"{each}: deleted, it was the oldest of {keep + 1}")


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--plain-copy", is_flag=True, help="Take a file that may lack the newest messages: copied while in use.")
@yes_option
@setting_options
def restore(
    file: Path, plain_copy: bool, yes: bool, config: Path | None, data_dir: str | None, sets: tuple[str, ...]
) -> None:
    """Put the backup FILE in the place of the database; the runtime must be stopped.

    FILE is looked through and brought to the newest schema before anything is touched. What it replaces is kept.
    """
    from agent_runtime.app import database_url  # noqa: PLC0415 - heavy
    from agent_runtime.store.address import parse_address  # noqa: PLC0415 - heavy
    from agent_runtime.store.backup import restore as put_back  # noqa: PLC0415 - heavy
    from agent_runtime.store.backup import stamp  # noqa: PLC0415 - heavy

    settings = settings_from(config, data_dir, sets)
    url = database_url(settings)
    address = parse_address(url)
    with held(settings):
        ask_first(f"Replace {address} with {file}?", is_agreed=yes)
        kept = (
            address.path.with_name(f"{address.path.name}.replaced-{stamp(_now())}")
            if address.path
            else new_name(settings, "replaced")
        )
        replaced = put_back(url, file, kept, is_trusted=plain_copy)
    click.echo(f"{address}: restored from {file}")
    if replaced is not None:
        click.echo(f"{replaced}: what was there before; delete it when it is not needed any more")


def held(settings: "Settings") -> AbstractContextManager[object]:
    """The data folder, for this command alone. Raises Unavailable, naming the runtime that has it."""
    from agent_runtime.core.errors import Unavailable  # noqa: PLC0415 - loaded when a command needs it
    from agent_runtime.store.folder import DataFolder  # noqa: PLC0415 - heavy

    folder = DataFolder(settings.data_dir)
    if (occupant := folder.occupant()) is not None:
        raise Unavailable(
            f"a runtime uses {settings.data_dir}: process {occupant.pid}, at {occupant.url}; stop it first"
        )
    return folder


def new_name(settings: "Settings", begin: str = "runtime") -> Path:
    """A new file among the backups of the data folder, which is made where it is not there."""
    from agent_runtime.app import database_url  # noqa: PLC0415 - heavy
    from agent_runtime.core.errors import Unavailable  # noqa: PLC0415 - loaded when a command needs it
    from agent_runtime.store.address import parse_address  # noqa: PLC0415 - heavy
    from agent_runtime.store.backup import name_at  # noqa: PLC0415 - heavy

    folder = settings.data_dir / "backups"
    kind = parse_address(database_url(settings)).kind
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be made: {error.strerror}; give FILE") from error
    return folder / name_at(_now(), kind).replace("runtime", begin, 1)


def ask_first(question: str, *, is_agreed: bool) -> None:
    """Go on only when somebody says so. Raises click.UsageError where nobody can be asked."""
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("this cannot be taken back: say --yes")
    if not click.confirm(question, err=True):
        click.echo("nothing was changed", err=True)
        raise SystemExit(_REFUSED)


def _now() -> "datetime":
    from datetime import UTC, datetime  # noqa: PLC0415 - loaded when a command needs it

    return datetime.now(UTC)
