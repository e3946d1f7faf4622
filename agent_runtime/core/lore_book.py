"""A character's lore made ready to be looked through: directions read, keys prepared, once for each book."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent_runtime.core.character import Lore, LoreEntry
from agent_runtime.core.lore_decorators import Directions, read_decorators
from agent_runtime.core.lore_keys import Key, key_of
from agent_runtime.core.same import Same

MOST_PATTERNS = 200
"""Regular expressions of one book that are looked for; those after them are never found."""


@dataclass(frozen=True)
class Leaf:
    """One entry with its directions and keys ready; `place` is its own in the book."""

    place: int
    entry: LoreEntry
    directions: Directions
    body: str
    keys: tuple[Key, ...]
    all: tuple[Key | None, ...]
    any: tuple[Key | None, ...]
    none: tuple[Key | None, ...]
    additional: tuple[Key | None, ...]
    excluded: tuple[Key | None, ...]

    @property
    def is_constant(self) -> bool:
        return self.entry.constant or self.directions.is_constant or self.directions.is_active is True

    @property
    def is_fixed(self) -> bool:
        """Whether it is told in every turn, in the part of the prompt that never changes."""
        asked = self.directions
        is_bound = bool(asked.only_after or asked.only_every or asked.additional_keys or asked.exclude_keys)
        return self.is_constant and asked.depth is None and (not is_bound or asked.is_active is True)


@lru_cache(maxsize=128)
def book_of(lore: Same[Lore]) -> tuple[Leaf, ...]:
    """The entries that can ever be told."""
    left = _Patterns()
    leaves = (_leaf(place, entry, left) for place, entry in enumerate(lore.value.entries) if entry.enabled)
    return tuple(leaf for leaf in leaves if leaf.body and leaf.directions.is_active is not False)


@dataclass
class _Patterns:
    """Keys as they are read, with the number of patterns among them bounded."""

    count: int = 0

    def read(self, written: Sequence[str], *, case_sensitive: bool) -> tuple[Key | None, ...]:
        return tuple(self._read(each, case_sensitive) for each in written)

    def _read(self, written: str, case_sensitive: bool) -> Key | None:
        if written.startswith("/"):
            self.count += 1
            if self.count > MOST_PATTERNS:
                return None
        return key_of(written, case_sensitive=case_sensitive)


def _leaf(place: int, entry: LoreEntry, patterns: _Patterns) -> Leaf:
    directions, body = read_decorators(entry.text)

    def keys(written: Sequence[str]) -> tuple[Key | None, ...]:
        return patterns.read(written, case_sensitive=entry.case_sensitive)

    return Leaf(
        place,
        entry,
        directions,
        body,
        tuple(key for key in keys(entry.keys) if key is not None),
        keys(entry.when.all),
        keys(entry.when.any),
        keys(entry.when.none),
        keys(directions.additional_keys),
        keys(directions.exclude_keys),
    )
