"""`export`: a character as a card for other programs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from agent_runtime.cli.options import setting_options, settings_from
from agent_runtime.core.errors import Misconfigured, NotFound

if TYPE_CHECKING:
    from agent_runtime.characters.cards.writing import CardFormat
    from agent_runtime.core.character import Character

_SUFFIXES = {".json": "json", ".png": "png"}


@click.command("export")
@click.argument("character")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["yaml", "json", "png", "eliza"]),
    help="json: a Character Card V3; png: the same in a picture; eliza: for elizaOS. [as FILE ends, else yaml]",
)
@click.option("--to", "target", type=click.Path(path_type=Path), help="The FILE to write [standard output].")
@click.option("--image", type=click.Path(path_type=Path), help="The PNG that the card is put into.")
@setting_options
def command(
    character: str,
    kind: str | None,
    target: Path | None,
    image: Path | None,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
) -> None:
    """Write CHARACTER, a slug or any file that `import` reads, as a card.

    Without --image a card that came as a picture goes back into it; any other gets a plain one. What the character
    hosts, and which model it speaks with, stays here.
    """
    from agent_runtime.characters.cards.writing import write_card  # noqa: PLC0415 - heavy

    folder = settings_from(config, data_dir, sets).characters_dir
    chosen = kind or (_SUFFIXES.get(target.suffix.lower(), "yaml") if target else "yaml")
    found = _character(character, folder)
    card = write_card(found, cast("CardFormat", chosen), _image(image, folder, found.slug) if chosen == "png" else None)
    if target is None:
        _write_out(card, is_text=chosen != "png")
        return
    try:
        target.write_bytes(card)
    except OSError as error:
        raise Misconfigured(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"{target}: {found.name}", err=True)


def _character(name: str, folder: Path) -> "Character":
    from agent_runtime.characters.cards.reading import MAX_BYTES, read_card  # noqa: PLC0415 - heavy
    from agent_runtime.characters.files import read_bytes  # noqa: PLC0415 - heavy
    from agent_runtime.characters.loading import load_folder  # noqa: PLC0415 - heavy

    if "/" in name or "." in name:  # no slug has either
        return read_card(read_bytes(Path(name), MAX_BYTES), name).character
    characters = load_folder(folder).characters
    if name not in characters:
        raise NotFound("character", name, characters)
    return characters[name]


def _image(image: Path | None, folder: Path, slug: str) -> bytes | None:
    from agent_runtime.characters.cards.reading import MAX_BYTES  # noqa: PLC0415 - heavy
    from agent_runtime.characters.files import read_bytes  # noqa: PLC0415 - heavy
    from agent_runtime.characters.saving import ORIGINALS  # noqa: PLC0415 - heavy

    original = folder / ORIGINALS / f"{slug}.png"
    if image is None and not original.is_file():
        return None
    return read_bytes(image or original, MAX_BYTES)


def _write_out(card: bytes, *, is_text: bool) -> None:
    stream = sys.stdout.buffer
    if not is_text and stream.isatty():
        raise click.UsageError("a picture is not for a terminal: give --to FILE")
    stream.write(card)
    stream.flush()
