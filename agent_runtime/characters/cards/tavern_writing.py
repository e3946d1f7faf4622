"""A character as a Character Card V3 or V2, strictly as their specifications have them."""

from collections.abc import Mapping
from typing import Any

from agent_runtime.characters.cards.book import write_book
from agent_runtime.characters.cards.dialogue import as_text, dialogues_in, lines_of
from agent_runtime.characters.cards.ours import kept_of, with_kept, with_native
from agent_runtime.characters.cards.tavern import EXACT, KEPT, TEXTS, character_fields
from agent_runtime.characters.cards.values import mapping_of
from agent_runtime.core.character import Character

_ONLY_V3 = {
    "nickname",
    "assets",
    "creator_notes_multilingual",
    "source",
    "group_only_greetings",
    "creation_date",
    "modification_date",
}
_FRAME = {"spec", "spec_version", "data"}


def card_v3(character: Character) -> dict[str, Any]:
    """The character as a V3 card; what came with a card goes back to its place, what is only ours is an extension."""
    kept = kept_of(character.extensions, KEPT)
    data = _data(character, mapping_of(kept.get("data")))
    if book := write_book(character.lore, mapping_of(kept.get("book"))):
        data["character_book"] = book
    around = {key: value for key, value in mapping_of(kept.get("root")).items() if key not in _FRAME}
    card = {**around, "spec": "chara_card_v3", "spec_version": "3.0", "data": data}
    told = character_fields(card, [])
    return {**card, "data": {**data, "extensions": with_native(data["extensions"], character, told)}}


def card_v2(card: Mapping[str, Any]) -> dict[str, Any]:
    """A V3 card as V2, for programs that know no better."""
    data = {key: value for key, value in card["data"].items() if key not in _ONLY_V3}
    return {**card, "spec": "chara_card_v2", "spec_version": "2.0", "data": data}


def _data(character: Character, kept: Mapping[str, Any]) -> dict[str, Any]:
    first, *others = character.greetings or ("",)
    exact = {key: value for key, value in kept.items() if key in EXACT and EXACT[key](value)}
    told = exact.pop("mes_example", "")
    is_as_told = dialogues_in(told, character.name) == lines_of(character.examples)
    return {
        "name": character.name,
        **{key: getattr(character, field) for key, field in TEXTS.items() if key != "nickname"},
        **({"nickname": character.nickname} if character.nickname else {}),
        "first_mes": first,
        "alternate_greetings": list(others),
        "mes_example": told if is_as_told else as_text(lines_of(character.examples)),
        "tags": list(character.tags),
        "group_only_greetings": [],
        **exact,
        **{key: value for key, value in kept.items() if key not in EXACT and key not in _FIELDS},
        "extensions": _extensions(character),
    }


def _extensions(character: Character) -> dict[str, Any]:
    """Those that came along, without what goes back to its place; the note is where others look for it."""
    kept = kept_of(character.extensions, KEPT)
    unread = {"unread": kept["unread"]} if kept.get("unread") else {}
    extensions = with_kept(character.extensions, KEPT, unread)
    if (note := character.note) is None:
        return extensions
    told = {"prompt": note.text, "depth": note.depth, "role": note.role}
    return {**extensions, "depth_prompt": {**mapping_of(extensions.get("depth_prompt")), **told}}


_FIELDS = {*TEXTS, "name", "first_mes", "alternate_greetings", "tags", "extensions", "character_book"}
