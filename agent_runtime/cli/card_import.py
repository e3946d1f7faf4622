"""`import`: cards of other programs become character files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import setting_options, settings_from
from agent_runtime.core.errors import InvalidFile

if TYPE_CHECKING:
    from agent_runtime.characters.cards.reading import Imported

_FORMATS = {
    "v1": "a Character Card V1",
    "v2": "a Character Card V2",
    "v3": "a Character Card V3",
    "textgen": "a character of text-generation-webui",
    "pygmalion": "a Pygmalion character",
    "eliza": "an elizaOS character",
    "native": "a character file",
}


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Where character files are kept [characters].")
@click.option("--replace", is_flag=True, help="Replace the character that has the same slug.")
@setting_options
def command(
    files: tuple[Path, ...],
    folder: Path | None,
    replace: bool,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
) -> None:
    """Make character files of cards: Character Card V1, V2, V3 (JSON, PNG, CHARX), text-generation-webui, Pygmalion
    and elizaOS files, or YAML of our own.

    What a FILE is, is found out from what is in it. Nothing is fetched, and nothing in it is run. A character that is
    there already is never overwritten: the new one is named NAME-2. The card itself is kept in the folder `cards`
    beside the character files. Exit code 1 when a FILE holds no card.
    """
    target = folder or settings_from(config, data_dir, sets).characters_dir
    failed = sum(not _is_imported(path, target, replace) for path in files)
    raise SystemExit(1 if failed else 0)


def _is_imported(path: Path, folder: Path, is_replacing: bool) -> bool:
    from agent_runtime.characters.cards.reading import MAX_BYTES, read_card  # noqa: PLC0415 - heavy
    from agent_runtime.characters.files import read_bytes  # noqa: PLC0415 - heavy
    from agent_runtime.characters.saving import save_character, save_original  # noqa: PLC0415 - heavy

    try:
        raw = read_bytes(path, MAX_BYTES)
        imported = read_card(raw, str(path))
        saved = save_character(imported.character, folder, is_replacing=is_replacing)
        if imported.format != "native" and not imported.holds_secrets:
            save_original(raw, folder, f"{saved.character.slug}.{imported.container}")
    except InvalidFile as error:
        for finding in error.findings:
            click.echo(str(finding))
        return False
    click.echo(f"{saved.path}: {saved.character.name}, from {_FORMATS[imported.format]}")
    _tell(path, imported, saved.character.slug)
    return True


def _tell(path: Path, imported: "Imported", slug: str) -> None:
    """What people should know, on standard error."""
    notes = list(imported.notes)
    if slug != imported.character.slug:
        notes.append(
            f"there is a '{imported.character.slug}' already: this one is '{slug}' (--replace takes its place)"
        )
    if imported.character.hosts.is_host:
        notes.append("it hosts live events: see 'hosts' in its file")
    for note in notes:
        click.echo(f"{path}: note: {note}", err=True)
