"""Decorators of a lore entry: the lines `@@name value` its text may begin with, read as Character Card V3 says.

A line `@@@name value` right after one that means nothing here stands in for it. Whatever is not understood is left
out of the prompt and otherwise ignored.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

Role = Literal["system", "user", "assistant"]
Position = Literal["before_char", "after_desc", "personality", "scenario", "after_char"]
_POSITIONS: dict[str, Position] = {
    "before_desc": "before_char",
    "after_desc": "after_desc",
    "personality": "personality",
    "scenario": "scenario",
    "before_char": "before_char",
    "after_char": "after_char",
}
_LINE = re.compile(r"\s*(@@[^\r\n]*)")
_ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Directions:
    """What decorators ask for; None where nothing is asked.

    `depth` counts messages from the newest, which is 1. `only_after` and `only_every` count replies of the character.
    `yields` marks what is left out first where there is too little room.
    """

    is_active: bool | None = None
    is_constant: bool = False
    depth: int | None = None
    role: Role | None = None
    scan_depth: int | None = None
    position: Position | None = None
    only_after: int | None = None
    only_every: int | None = None
    additional_keys: tuple[str, ...] = ()
    exclude_keys: tuple[str, ...] = ()
    yields: bool = False


def read_decorators(text: str) -> tuple[Directions, str]:
    """What the lines at the head of `text` ask for, and the text without them."""
    reader = _Reader()
    at = 0
    while line := _LINE.match(text, at):
        reader.take(line[1])
        at = line.end()
    return reader.directions(), text[at:].strip()


@dataclass
class _Reader:
    """One entry's decorators, line by line. Of one name the first counts."""

    found: Directions = field(default_factory=Directions)
    seen: set[str] = field(default_factory=set)
    is_understood: bool = True

    def take(self, line: str) -> None:
        is_fallback = line.startswith("@@@")
        if is_fallback and self.is_understood:
            return
        name, value = (*line.lstrip("@").strip().split(None, 1), "", "")[:2]
        name = name.lower()
        if name in self.seen:
            self.is_understood = True
            return
        new = _with(self.found, name, value)
        self.is_understood = new is not None
        if new is not None:
            self.seen.add(name)
            self.found = new

    def directions(self) -> Directions:
        """A place in the card goes before a depth; to be told goes before not to be told."""
        return replace(self.found, depth=None) if self.found.position is not None else self.found


def _with(found: Directions, name: str, value: str) -> Directions | None:
    """The directions with one more; None for a name that is not known, or a value that does not fit it."""
    match name:
        case "activate":
            return replace(found, is_active=True)
        case "dont_activate":
            return replace(found, is_active=found.is_active or False)
        case "constant":
            return replace(found, is_constant=True)
        case "ignore_on_max_context":
            return replace(found, yields=True)
        case "role":
            return replace(found, role=_ROLES[value]) if value in _ROLES else None
        case "position":
            return replace(found, position=_POSITIONS[value]) if value in _POSITIONS else None
        case "additional_keys" | "exclude_keys":
            keys = tuple(key for each in value.split(",") if (key := each.strip()))
            if not keys:
                return None
            return replace(found, additional_keys=keys) if name[0] == "a" else replace(found, exclude_keys=keys)
    return _with_number(found, name, _number(value))


def _with_number(found: Directions, name: str, number: int | None) -> Directions | None:
    if number is None:
        return None
    match name:
        case "depth":
            return replace(found, depth=number)
        case "scan_depth":
            return replace(found, scan_depth=number)
        case "activate_only_after":
            return replace(found, only_after=number)
        case "activate_only_every":
            return replace(found, only_every=number) if number else None
    return None


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 6 else None
