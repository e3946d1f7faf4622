"""The lorebook of a card and the lore of a character."""

from collections.abc import Mapping
from typing import Any

from agent_runtime.characters.cards.entries import read_entry, write_entry
from agent_runtime.characters.cards.values import (
    is_list,
    is_mapping,
    is_number,
    is_text,
    is_truth,
    mapping_of,
    sorted_out,
    whole_of,
)
from agent_runtime.core.character import Lore

_DEFAULT = Lore()
_READ = {"entries": is_list, "extensions": is_mapping}
_SETTINGS = {"scan_depth": is_number, "token_budget": is_number, "recursive_scanning": is_truth}
_EXACT = {**_SETTINGS, "name": is_text, "description": is_text}


def read_book(book: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The fields of a character's lore, what of the book has no place in them, and what is not understood."""
    entries = book.get("entries")
    lore = {
        **_settings_in(book),
        "entries": [read_entry(each) for each in entries if isinstance(each, dict)] if is_list(entries) else [],
    }
    kept, unread = sorted_out(book, _READ, _written(lore), _EXACT)
    if extensions := mapping_of(book.get("extensions")):
        kept["extensions"] = extensions
    return lore, kept, unread


def write_book(lore: Lore, kept: Mapping[str, Any]) -> dict[str, Any] | None:
    """A lorebook as the specification has it, with what came with it put back; None when there is nothing to say."""
    if lore == _DEFAULT and not kept:
        return None
    plain = lore.model_dump(include={"scan_depth", "budget", "recursive"})
    exact = {key: value for key, value in kept.items() if key in _SETTINGS and _SETTINGS[key](value)}
    rest = {key: value for key, value in kept.items() if key not in (*_SETTINGS, "entries")}
    settings = _written(plain) | exact
    if _settings_in(settings) != plain:  # changed since it was read
        settings = _written(plain)
    return {"extensions": {}, **rest, **settings, "entries": [write_entry(each) for each in lore.entries]}


def _settings_in(book: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "scan_depth": min(max(0, whole_of(book.get("scan_depth"), _DEFAULT.scan_depth)), 100),
        "budget": min(max(0, whole_of(book.get("token_budget"), _DEFAULT.budget)), 100_000),
        "recursive": book.get("recursive_scanning") is True,
    }


def _written(lore: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from our defaults: a card that says nothing says nothing again."""
    named = {
        "scan_depth": (lore["scan_depth"], _DEFAULT.scan_depth),
        "token_budget": (lore["budget"], _DEFAULT.budget),
        "recursive_scanning": (lore["recursive"], _DEFAULT.recursive),
    }
    return {key: value for key, (value, default) in named.items() if value != default}
