"""A character that is to be kept, with the file it becomes; and what stands for the bytes of a file."""

import re
from dataclasses import dataclass
from hashlib import sha256

from agent_runtime.characters.cards.json_places import json_document
from agent_runtime.characters.cards.yaml_text import yaml_text
from agent_runtime.characters.loading import character_in, parse_character
from agent_runtime.core.character import Character
from agent_runtime.core.strict_yaml import load

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_LONGEST_SLUG = 64


@dataclass(frozen=True, slots=True)
class Draft:
    """A character, and the text of its file."""

    character: Character
    raw: bytes


def drafted(character: Character, file: str) -> Draft:
    """The character with a file of its own. Raises InvalidFile where it is too large for one."""
    text = yaml_text(character)
    parse_character(text, file)
    return Draft(character, text.encode())


def from_json(raw: bytes, file: str) -> Draft:
    """The character that JSON describes. Raises InvalidFile, everything at its line and column."""
    return drafted(character_in(json_document(raw, file)), file)


def from_yaml(raw: bytes, file: str) -> Draft:
    """The character that YAML describes; the text is kept as it came, comments too. Raises InvalidFile."""
    return Draft(character_in(load(raw, file)), raw)


def is_slug(text: str) -> bool:
    """Whether a character can be called so: then it is a file name too, and leads nowhere else."""
    return len(text) <= _LONGEST_SLUG and _SLUG.fullmatch(text) is not None


def version_of(raw: bytes) -> str:
    """What stands for these bytes: 32 hexadecimal digits."""
    return sha256(raw).hexdigest()[:32]
