"""Who narrates a rehearsal or a simulation: a character of the folder by its slug, or any character file."""

from pathlib import Path
from typing import TYPE_CHECKING

from agent_runtime.characters.loading import load_folder, read_character
from agent_runtime.core.errors import Misconfigured

if TYPE_CHECKING:
    from agent_runtime.config import Settings
    from agent_runtime.core.character import Character

_SUFFIXES = {".yaml", ".yml"}


def narrator(settings: "Settings", name: str | None) -> "Character":
    """The character called `name`, a slug or a path that ends in .yaml; None is the one that hosts every auction.

    Raises Misconfigured (InvalidFile with every finding in a file).
    """
    if name is not None and Path(name).suffix in _SUFFIXES:
        return read_character(Path(name))
    characters = load_folder(settings.characters_dir).characters
    if name is not None and name not in characters:
        raise Misconfigured(
            f"no valid character {name!r} in {settings.characters_dir}; there are: {', '.join(characters)}"
        )
    found = characters[name] if name else next((c for c in characters.values() if c.hosts.auctions == "*"), None)
    if found is None:
        raise Misconfigured(f"no character in {settings.characters_dir} hosts every auction; name one with --character")
    return found
