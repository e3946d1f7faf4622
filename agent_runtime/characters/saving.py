"""Characters written into a folder of character files: whole or not at all, and never over another one."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from agent_runtime.characters.cards.yaml_text import yaml_text
from agent_runtime.characters.files import refused
from agent_runtime.characters.loading import files_of, load_folder, parse_character
from agent_runtime.core.character import Character

ORIGINALS = "cards"
_MOST_NAMESAKES = 1_000
_LONGEST_STEM = 58  # a slug has at most 64 letters, and a number follows


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a character is now; its slug has a number when another one had the name."""

    path: Path
    character: Character


def save_character(character: Character, folder: Path, *, is_replacing: bool = False) -> Saved:
    """Write a character file; the folder is made where there is none. Writes to the disk: call it in a thread.

    Where the slug is taken, `-2` is appended, or `-3`, …; with `is_replacing` the file that has it is replaced.
    Raises InvalidFile: the character is too large for a file, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_replacing:
            path = _path_of(character.slug, folder)
            return _written(character, path)
        taken = _taken(folder)
        for slug in namesakes(character.slug):
            path = folder / f"{slug}.yaml"
            if slug not in taken and _is_reserved(path):
                return _written(character.model_copy(update={"slug": slug}), path)
    except OSError as error:
        raise refused(folder, f"the character cannot be written: {error.strerror or error}") from error
    raise refused(folder, f"there are {_MOST_NAMESAKES} characters named '{character.slug}' already")


def save_original(raw: bytes, folder: Path, name: str) -> Path:
    """Keep the card a character came from, unchanged, as `cards/NAME` of the folder. Raises InvalidFile."""
    path = folder / ORIGINALS / name
    try:
        path.parent.mkdir(exist_ok=True)
        replace_file(path, raw)
    except OSError as error:
        raise refused(path, f"the card cannot be kept: {error.strerror or error}") from error
    return path


def namesakes(slug: str) -> Iterator[str]:
    """`ada`, `ada-2`, `ada-3`, …"""
    yield slug
    for number in range(2, _MOST_NAMESAKES + 1):
        yield f"{slug[:_LONGEST_STEM].rstrip('-')}-{number}"


def _taken(folder: Path) -> set[str]:
    """Slugs of characters, and names of files that could not be read."""
    return {*load_folder(folder).characters, *(path.stem for path in files_of(folder))}


def _path_of(slug: str, folder: Path) -> Path:
    """The file that describes the slug now, else the one named after it."""
    files = (each.path for each in load_folder(folder).files if each.character and each.character.slug == slug)
    return next(files, folder / f"{slug}.yaml")


def _is_reserved(path: Path) -> bool:
    """Whether the name was free, and is ours now."""
    try:
        path.open("x").close()
    except FileExistsError:
        return False
    return True


def _written(character: Character, path: Path) -> Saved:
    text = yaml_text(character)
    try:
        parse_character(text, str(path))  # too large, or something that no character file may hold
        replace_file(path, text.encode())
    except BaseException:
        _forget_if_empty(path)
        raise
    return Saved(path, character)


def _forget_if_empty(path: Path) -> None:
    with suppress(OSError):
        if path.stat().st_size == 0:
            path.unlink()


def replace_file(path: Path, raw: bytes) -> None:
    """Write the file: all of it or nothing, a hidden one beside it first. Writes to the disk. Raises OSError."""
    descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
