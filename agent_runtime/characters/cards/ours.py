"""Our own place among the extensions of a card: what a card says that we have no field for, and the other way round.

In a character, `extensions.agent_runtime` holds by the name of the format what has no field here. In a card that we
wrote, `extensions.agent_runtime.character` holds the fields that have no place there.
"""

from collections.abc import Mapping
from typing import Any

from agent_runtime.characters.cards.values import mapping_of
from agent_runtime.core.character import Character

OURS = "agent_runtime"
_NATIVE = "character"
# What a character narrates, and the model it costs, is decided where it lives, not by who made the card.
_NEVER_TRAVELS = {"schema", "hosts", "model", "extensions"}
FIELDS = {field.alias or name for name, field in Character.model_fields.items()} - _NEVER_TRAVELS


def kept_of(extensions: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What is kept under `name` in our place; empty where there is nothing of that kind."""
    return mapping_of(mapping_of(extensions.get(OURS)).get(name))


def with_kept(extensions: Mapping[str, Any], name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The extensions with `kept` under `name` in our place, or with nothing there when it is empty."""
    place = extensions.get(OURS, {})
    if not isinstance(place, dict):
        return dict(extensions)
    rest = {key: value for key, value in place.items() if key != name}
    mine = {**rest, **({name: dict(kept)} if kept else {})}
    others = {key: value for key, value in extensions.items() if key != OURS}
    return {**others, **({OURS: mine} if mine else {})}


def native_in(extensions: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ours that a card carries along, apart from those that never travel."""
    return native_of(mapping_of(extensions.get(OURS)))


def native_of(place: Mapping[str, Any]) -> dict[str, Any]:
    """The same, from our place itself."""
    return {key: value for key, value in mapping_of(place.get(_NATIVE)).items() if key in FIELDS}


def without_native(extensions: Mapping[str, Any]) -> dict[str, Any]:
    """The extensions as a character keeps them."""
    return with_kept(extensions, _NATIVE, {})


def with_native(extensions: Mapping[str, Any], character: Character, told: Mapping[str, Any]) -> dict[str, Any]:
    """The extensions with the fields that `told`, read from the card alone, gets wrong."""
    return with_kept(extensions, _NATIVE, rest_of(character, told))


def rest_of(character: Character, told: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the character that those read from a card are not equal to."""
    understood = _fields_of(Character.model_validate(told))
    return {key: value for key, value in _fields_of(character).items() if understood[key] != value}


def _fields_of(character: Character) -> dict[str, Any]:
    dumped = character.model_dump(mode="json", by_alias=True)
    return {key: value for key, value in dumped.items() if key in FIELDS}
