"""Character Cards V1, V2 and V3 (what is inside of them) into the fields of a character."""

from collections.abc import Mapping
from typing import Any

from agent_runtime.characters.cards.book import read_book
from agent_runtime.characters.cards.dialogue import as_text, dialogues_in
from agent_runtime.characters.cards.naming import name_of, slug_for
from agent_runtime.characters.cards.ours import kept_of, native_in, with_kept, without_native
from agent_runtime.characters.cards.values import (
    Check,
    is_like_text,
    is_like_texts,
    is_list,
    is_mapping,
    is_number,
    is_text,
    is_texts,
    mapping_of,
    sorted_out,
    text_of,
    texts_of,
    whole_of,
)
from agent_runtime.core.character import Note

KEPT = "card"
TEXTS = {
    "description": "description",
    "personality": "personality",
    "scenario": "scenario",
    "creator_notes": "notes",
    "system_prompt": "system",
    "post_history_instructions": "post_history",
    "creator": "creator",
    "character_version": "version",
    "nickname": "nickname",
}
V1_TEXTS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
_READ: Mapping[str, Check] = {
    "name": is_like_text,
    **dict.fromkeys(TEXTS, is_like_text),
    "first_mes": is_like_text,
    "alternate_greetings": is_like_texts,
    "tags": is_like_texts,
    "character_book": is_mapping,
    "extensions": is_mapping,
}
EXACT: Mapping[str, Check] = {
    "mes_example": is_text,
    "assets": lambda value: is_list(value) and all(_is_asset(each) for each in value),
    "creator_notes_multilingual": lambda value: is_mapping(value) and all(is_text(each) for each in value.values()),
    "source": is_texts,
    "group_only_greetings": is_texts,
    "creation_date": is_number,
    "modification_date": is_number,
}
_FRAME = ("spec", "spec_version")
_LONGEST_ADDRESS = 4_096
_ROLES = ("system", "user", "assistant")
_DEFAULT_NOTE = Note(text="")


def data_of(card: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a card says, and the keys around it: V1 has its fields at the root, later versions under `data`.

    Fields of V1 that are repeated beside `data` count where `data` lacks them.
    """
    if not isinstance(card.get("data"), dict):
        names = {*_READ, *EXACT}
        inside = {key: value for key, value in card.items() if key in names}
        return inside, {key: value for key, value in card.items() if key not in names and key not in _FRAME}
    data = dict(card["data"])
    around = {key: value for key, value in card.items() if key not in (*_FRAME, "data")}
    for key in V1_TEXTS:
        if key in around and (data.setdefault(key, around[key]) == around[key] or text_of(around[key]) == ""):
            del around[key]
    return data, around


def character_fields(card: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """The fields of a character, without those of ours that travel along; `notes` gains what people should know."""
    data, around = data_of(card)
    fields = plain_fields(data)
    written = {"mes_example": as_text(fields["examples"]), "group_only_greetings": []}
    kept, unread = sorted_out(_lightened(data, notes), _READ, written, EXACT)
    lore, book, odd = read_book(mapping_of(data.get("character_book")))
    unread |= {"character_book": odd} if odd else {}
    parts = {"root": around, "data": kept, "book": book, "unread": unread}
    if unread:
        notes.append(f"kept, but not understood: {', '.join(sorted(unread))}")
    extensions = fields["extensions"]
    if mine := {name: part for name, part in parts.items() if part}:
        extensions = with_kept(extensions, KEPT, {**kept_of(extensions, KEPT), **mine})
    return {**fields, "lore": lore, "extensions": extensions}


def native_fields(card: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ours that a card carries along, as it has them: they may be anything."""
    return native_in(mapping_of(data_of(card)[0].get("extensions")))


def plain_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of a card say, without lore and without what is kept aside."""
    name = name_of(data.get("name"))
    greetings = [text_of(data.get("first_mes")), *texts_of(_as_list(data.get("alternate_greetings")))]
    note, extensions = _note(without_native(mapping_of(data.get("extensions"))))
    return {
        "name": name,
        "slug": slug_for(name),
        **{field: text_of(data.get(key)) for key, field in TEXTS.items()},
        "greetings": [each for each in greetings if each.strip()],
        "examples": dialogues_in(text_of(data.get("mes_example")), name),
        "tags": texts_of(data.get("tags")),
        "note": note,
        "extensions": extensions,
    }


def _as_list(value: object) -> list[Any]:
    """Greetings have commas: a single text is one of them."""
    return value if isinstance(value, list) else [value]


def _note(extensions: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The note that several programs keep as `depth_prompt`, and the extensions without it."""
    raw = mapping_of(extensions.get("depth_prompt"))
    text = text_of(raw.get("prompt"))
    if not text.strip():
        return None, extensions
    role = raw.get("role")
    note = {
        "text": text,
        "depth": min(max(0, whole_of(raw.get("depth"), _DEFAULT_NOTE.depth)), 1000),
        "role": role if role in _ROLES else _DEFAULT_NOTE.role,
    }
    rest = {key: value for key, value in raw.items() if key not in note and key != "prompt"}
    others = {key: value for key, value in extensions.items() if key != "depth_prompt"}
    return note, {**others, **({"depth_prompt": rest} if rest else {})}


def _lightened(data: Mapping[str, Any], notes: list[str]) -> Mapping[str, Any]:
    """Without pictures that are written out as text: a character file is for reading."""
    assets = data.get("assets")
    if not is_list(assets):
        return data
    light = [each for each in assets if not (is_mapping(each) and len(text_of(each.get("uri"))) > _LONGEST_ADDRESS)]
    if len(light) < len(assets):
        notes.append(f"pictures written out inside the card ({len(assets) - len(light)}) are not taken over")
    return {**data, "assets": light}


def _is_asset(value: object) -> bool:
    return isinstance(value, dict) and all(is_text(value.get(key)) for key in ("type", "uri", "name", "ext"))
