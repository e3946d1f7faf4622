"""`keys`: API keys by name, made and revoked in the data folder; a running runtime hears of it by itself."""

from datetime import UTC, datetime
from pathlib import Path

import click

from agent_runtime.cli.asking import show_json, show_table
from agent_runtime.cli.options import setting_options, settings_from

_printing = click.option(
    "-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to print."
)


@click.group("keys")
def command() -> None:
    """API keys by name: who has one may do what its scopes say. They are kept as hashes in the data folder."""


@command.command("create")
@click.argument("name")
@click.option("--scopes", required=True, help="What it opens, with commas: chat, read, operate, admin, overlay.")
@setting_options
@_printing
def create(
    name: str, scopes: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...], output: str
) -> None:
    """Make a key and print it: now, and never again."""
    from agent_runtime.web.keys import KEY_FILE, KeyFile, made  # noqa: PLC0415 - heavy

    settings = settings_from(config, data_dir, sets)
    wanted = tuple(each.strip() for each in scopes.split(",") if each.strip())
    key, kept = made(name, wanted, datetime.now(UTC))
    KeyFile(settings.data_dir / KEY_FILE).add(kept)
    if output == "json":
        show_json({"name": kept.name, "scopes": kept.scopes, "created_at": kept.created_at, "key": key})
    else:
        click.echo(key)
    click.echo("keep it now: it is not shown again", err=True)
    if settings.http.api_key is None:
        click.echo("every request needs a key now; commands send AGENT_RUNTIME__HTTP__API_KEY", err=True)


@command.command("list")
@setting_options
@_printing
def listing(config: Path | None, data_dir: str | None, sets: tuple[str, ...], output: str) -> None:
    """The keys there are, without the keys themselves."""
    from agent_runtime.web.keys import KEY_FILE, read_keys  # noqa: PLC0415 - heavy

    found = read_keys(settings_from(config, data_dir, sets).data_dir / KEY_FILE) or ()
    if output == "json":
        show_json([each.model_dump(mode="json", exclude={"sha256"}) for each in found])
    else:
        rows = [(each.name, ",".join(each.scopes), each.created_at.isoformat(timespec="seconds")) for each in found]
        show_table(("KEY", "SCOPES", "CREATED"), rows)


@command.command("revoke")
@click.argument("name")
@setting_options
def revoke(name: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Take a key back: it opens nothing any more, a second later in a runtime that runs."""
    from agent_runtime.web.keys import KEY_FILE, KeyFile  # noqa: PLC0415 - heavy

    KeyFile(settings_from(config, data_dir, sets).data_dir / KEY_FILE).remove(name)
