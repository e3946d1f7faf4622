"""An entry of a lorebook and an entry of a character's lore."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from agent_runtime.characters.cards.ours import kept_of, with_kept
from agent_runtime.characters.cards.values import (
    Check,
    is_like_text,
    is_like_texts,
    is_mapping,
    is_number,
    is_text,
    is_texts,
    is_truth,
    mapping_of,
    sorted_out,
    text_of,
    texts_of,
    whole_of,
)
from agent_runtime.core.character import LoreCondition, LoreEntry

_POSITIONS = ("before_char", "after_char")
_ANY, _NOT_ALL, _NONE, _ALL = range(4)
_LOGIC = "selectiveLogic"
_FARTHEST = 1_000_000_000
_READ = {"keys": is_like_texts, "content": is_like_text, "enabled": is_truth, "extensions": is_mapping}
_EXACT: Mapping[str, Check] = {
    "insertion_order": is_number,
    "use_regex": is_truth,
    "case_sensitive": is_truth,
    "constant": is_truth,
    "selective": is_truth,
    "secondary_keys": is_texts,
    "position": lambda value: value in _POSITIONS,
    "name": is_text,
    "comment": is_text,
    "priority": is_number,
    "id": lambda value: is_number(value) or is_text(value),
}


def read_entry(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an entry. What has no place in them is in our place among its extensions."""
    fields = _fields_in(raw)
    extensions = mapping_of(raw.get("extensions"))
    native = {key: value for key, value in kept_of(extensions, "entry").items() if key in fields}
    try:
        written = _plain(LoreEntry.model_validate(fields))
    except ValidationError:  # whoever validates the character says so, at its place
        return fields
    kept, unread = sorted_out(raw, _READ, written, _EXACT)
    extensions = with_kept(extensions, "entry", {})
    extensions = with_kept(extensions, "kept", kept)
    if unread:
        extensions = with_kept(extensions, "unread", unread)
    return {**fields, **native, "extensions": extensions}


def write_entry(entry: LoreEntry) -> dict[str, Any]:
    """An entry as the specification has it, with what came with it put back where it was."""
    kept = kept_of(entry.extensions, "kept")
    foreign = {key: value for key, value in kept.items() if key not in _READ and key not in _EXACT}
    exact = {key: value for key, value in kept.items() if key in _EXACT and _EXACT[key](value)}
    plain = {**_plain(entry), **foreign}
    told = {**plain, **exact} if _fields_in({**plain, **exact}) == _fields_in(plain) else plain
    understood = LoreEntry.model_validate(_fields_in(told)).model_dump(mode="json")
    native = {key: value for key, value in _dumped(entry).items() if understood[key] != value}
    extensions = with_kept(with_kept(told["extensions"], "kept", {}), "entry", native)
    return {**told, "extensions": extensions}


def _dumped(entry: LoreEntry) -> dict[str, Any]:
    return entry.model_dump(mode="json", exclude={"extensions"})


def _fields_in(raw: Mapping[str, Any]) -> dict[str, Any]:
    position = raw.get("position")
    return {
        "keys": texts_of(raw.get("keys")),
        "text": text_of(raw.get("content")),
        "order": min(max(-_FARTHEST, whole_of(raw.get("insertion_order"), 100)), _FARTHEST),
        "constant": raw.get("constant") is True,
        "when": _condition_in(raw),
        "position": position if position in _POSITIONS else "after_char",
        "name": text_of(raw.get("name")),
        "comment": text_of(raw.get("comment")),
        "enabled": raw.get("enabled") is not False,
        "case_sensitive": raw.get("case_sensitive") is True,
    }


def _condition_in(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    """Secondary keys count only where the entry is selective; a common extension says in which way."""
    words = texts_of(raw.get("secondary_keys"))
    if raw.get("selective") is not True or not words:
        return {}
    match mapping_of(raw.get("extensions")).get(_LOGIC):
        case 3:
            return {"all": words}
        case 1 | 2:  # "not all of them" has no word here; none of them is the careful reading
            return {"none": words}
        case _:
            return {"any": words}


def _plain(entry: LoreEntry) -> dict[str, Any]:
    """What must be there, and what differs from its default."""
    optional = {
        "case_sensitive": (entry.case_sensitive, False),
        "constant": (entry.constant, False),
        "name": (entry.name, ""),
        "comment": (entry.comment, ""),
        "position": (entry.position, "after_char"),
    }
    condition, logic = _condition(entry.when, entry.extensions.get(_LOGIC))
    return {
        "keys": list(entry.keys),
        "content": entry.text,
        "extensions": {**entry.extensions, **logic},
        "enabled": entry.enabled,
        "insertion_order": entry.order,
        "use_regex": bool(entry.keys) and all(each.startswith("/") for each in entry.keys),
        **{key: value for key, (value, default) in optional.items() if value != default},
        **condition,
    }


def _condition(when: LoreCondition, told: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first kind of condition there is, as secondary keys, and the extension that says which kind it is."""
    for kind, words in ((_ANY, when.any), (_ALL, when.all), (_NONE, when.none)):
        if words:
            is_as_told = told == kind or (told == _NOT_ALL and kind == _NONE) or (told is None and kind == _ANY)
            return {"selective": True, "secondary_keys": list(words)}, {} if is_as_told else {_LOGIC: kind}
    return {}, {}
