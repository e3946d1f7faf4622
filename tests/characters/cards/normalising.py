"""What a card comes to as strict V3 JSON, said independently of the code that does it."""

from collections.abc import Mapping
from typing import Any

_TEXTS = (
    "description",
    "personality",
    "scenario",
    "creator_notes",
    "system_prompt",
    "post_history_instructions",
    "creator",
    "character_version",
    "first_mes",
)
_V1 = ("name", "description", "personality", "scenario", "first_mes", "mes_example")


def normalised(card: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that must be there is there, texts are texts with one kind of line end, the rest is as it was."""
    around = {key: value for key, value in card.items() if key not in ("spec", "spec_version", "data")}
    data = {key: value for key, value in card.get("data", card).items() if key in _V1 or value is not None}
    if "data" not in card:
        data, around = {key: data[key] for key in _V1}, {key: around[key] for key in around if key not in _V1}
    for key in _V1:
        if key in around and data.setdefault(key, around[key]) == around[key]:
            del around[key]
    data |= {key: _text(data.get(key)) for key in _TEXTS}
    data["mes_example"] = data.get("mes_example") or ""
    tags = data.get("tags") or []
    data["tags"] = [each.strip() for each in tags.split(",")] if isinstance(tags, str) else tags
    data |= {"alternate_greetings": data.get("alternate_greetings", [])}
    data |= {"group_only_greetings": data.get("group_only_greetings", [])}
    data["extensions"] = _extensions(data.get("extensions", {}))
    book = data.pop("character_book", None) or {}
    if book.get("entries") or book.get("name"):
        data["character_book"] = {"extensions": {}, **book, "entries": [_entry(each) for each in book["entries"]]}
    return {**around, "spec": "chara_card_v3", "spec_version": "3.0", "data": data}


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


def _extensions(extensions: dict[str, Any]) -> dict[str, Any]:
    note = extensions.get("depth_prompt", {})
    if not note.get("prompt"):
        return extensions
    return {**extensions, "depth_prompt": {"depth": 4, "role": "system", **note}}


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    keys = entry["keys"]
    return {
        "extensions": {},
        "enabled": True,
        "insertion_order": 100,
        "use_regex": False,
        **entry,
        "keys": [each.strip() for each in keys.split(",")] if isinstance(keys, str) else keys,
        "content": entry["content"] or "",
    }
