"""`db reset`: everything that was kept goes; the schema stays."""

from pathlib import Path

import click

from agent_runtime.cli.db_backup import ask_first, held, new_name, yes_option
from agent_runtime.cli.options import setting_options, settings_from


@click.command("reset")
@yes_option
@setting_options
def reset(yes: bool, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Empty the database: conversations, memories, records, the event log. The runtime must be stopped.

    A SQLite file is backed up first; PostgreSQL is not: that is `db backup`.
    """
    from agent_runtime.app import database_url  # noqa: PLC0415 - heavy
    from agent_runtime.store.address import parse_address  # noqa: PLC0415 - heavy
    from agent_runtime.store.backup import back_up, empty  # noqa: PLC0415 - heavy
    from agent_runtime.store.files import has_database  # noqa: PLC0415 - heavy

    settings = settings_from(config, data_dir, sets)
    url = database_url(settings)
    address = parse_address(url)
    with held(settings):
        ask_first(f"Delete everything in {address}?", is_agreed=yes)
        if address.path is not None and has_database(address.path):
            click.echo(f"{back_up(url, new_name(settings)).path}: what was there before")
        empty(url)
    click.echo(f"{address}: empty")
