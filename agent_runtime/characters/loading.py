"""Character files into characters: one, several, or a folder with a roster of those that are good."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent_runtime.characters.extras import findings_beyond_the_model
from agent_runtime.characters.files import read_bytes, refused
from agent_runtime.core.character import Character
from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.strict_yaml import Document, load, validate

_SUFFIXES = {".yaml", ".yml"}
MOST_FILES = 1_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which version of a file it was. Moments are nanoseconds since 1970; `touched_ns` moves with permissions too."""

    written_ns: int
    touched_ns: int
    size: int
    inode: int


@dataclass(frozen=True)
class Checked:
    """One file with what is in it: a character, or findings that say why there is none.

    `stamp` is taken before reading; None when the file could not be looked at.
    """

    path: Path
    character: Character | None
    findings: tuple[Finding, ...] = ()
    stamp: Stamp | None = None


@dataclass(frozen=True)
class Roster:
    """The good characters of a folder by slug, and every file as it was found."""

    characters: Mapping[str, Character]
    files: tuple[Checked, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything there is to mend."""
        return tuple(finding for each in self.files for finding in each.findings)


def read_character(path: Path) -> Character:
    """The character in the file at `path`. Reads the disk. Raises InvalidFile with every finding."""
    return parse_character(read_bytes(path), str(path))


def parse_character(text: str | bytes, file: str) -> Character:
    """The character that `text` describes; `file` is what findings call it. Raises InvalidFile."""
    return character_in(load(text, file))


def character_in(document: Document) -> Character:
    """The character that a document describes. Raises InvalidFile."""
    document = _composed(document)
    character = validate(Character, document)
    if findings := findings_beyond_the_model(character, document):
        raise InvalidFile(findings)
    return character


def check(paths: Iterable[Path]) -> list[Checked]:
    """Each file by itself, then all together: of files with the same slug none is accepted."""
    return without_twins([read_file(path) for path in paths])


def load_folder(folder: Path) -> Roster:
    """The characters in `*.yaml` and `*.yml` of `folder`, hidden files left out.

    Reads the disk: call it in a thread. Raises InvalidFile where there is no such folder.
    """
    files = check(files_of(folder))
    return Roster({each.character.slug: each.character for each in files if each.character}, tuple(files))


def files_of(folder: Path) -> list[Path]:
    """The character files of `folder` by name. Reads the disk. Raises InvalidFile: no such folder, too many files."""
    try:
        entries = sorted(each for each in folder.iterdir() if each.suffix in _SUFFIXES and each.name[0] != ".")
    except (OSError, ValueError) as error:
        raise refused(
            folder, "the folder of characters cannot be read", "check characters_dir in the settings"
        ) from error
    if len(entries) > MOST_FILES:
        raise refused(folder, f"the folder holds more than {MOST_FILES} character files")
    return entries


def read_file(path: Path) -> Checked:
    """The file by itself, with its stamp. Reads the disk."""
    stamp = stamp_of(path)
    try:
        return Checked(path, read_character(path), stamp=stamp)
    except InvalidFile as error:
        return Checked(path, None, error.findings, stamp)


def stamp_of(path: Path) -> Stamp | None:
    """Which version of the file is there now; None when there is none, or it cannot be told."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def without_twins(files: Sequence[Checked]) -> list[Checked]:
    """The files with a finding instead of a character where others have the same slug."""
    by_slug: dict[str, list[Path]] = {}
    for each in files:
        if each.character:
            by_slug.setdefault(each.character.slug, []).append(each.path)
    return [_unless_twin(each, by_slug) for each in files]


def _unless_twin(checked: Checked, by_slug: Mapping[str, Sequence[Path]]) -> Checked:
    if checked.character is None:
        return checked
    slug = checked.character.slug
    others = [str(path) for path in by_slug[slug] if path != checked.path]
    if not others:
        return checked
    hint = "give one of them another slug"
    finding = Finding(
        str(checked.path), 1, 1, f"the slug '{slug}' is also that of {', '.join(others)}", hint, path="/slug"
    )
    return Checked(checked.path, None, (finding,), checked.stamp)


def _composed(document: Document) -> Document:
    """The name in Unicode's composed form: the same letters typed on another machine are the same name and slug."""
    name = document.data.get("name")
    if not isinstance(name, str):
        return document
    return replace(document, data={**document.data, "name": unicodedata.normalize("NFC", name)})
