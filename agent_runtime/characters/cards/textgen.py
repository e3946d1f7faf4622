"""Characters of text-generation-webui and of Pygmalion: a handful of fields, as YAML or JSON."""

from collections.abc import Mapping
from typing import Any

from agent_runtime.characters.cards.dialogue import dialogues_in
from agent_runtime.characters.cards.naming import name_of, slug_for
from agent_runtime.characters.cards.ours import with_kept
from agent_runtime.characters.cards.values import is_like_text, sorted_out, text_of

TEXTGEN, PYGMALION = "textgen", "pygmalion"
_KEYS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    TEXTGEN: {
        "name": ("name", "bot"),
        "description": ("context",),
        "greeting": ("greeting",),
        "examples": ("example_dialogue",),
    },
    PYGMALION: {
        "name": ("char_name",),
        "description": ("char_persona",),
        "scenario": ("world_scenario",),
        "greeting": ("char_greeting",),
        "examples": ("example_dialogue",),
    },
}


def textgen_fields(raw: Mapping[str, Any], family: str) -> dict[str, Any]:
    """The fields of a character; whatever else the file says is kept in our place among the extensions."""
    said = {field: next((raw[key] for key in keys if raw.get(key)), "") for field, keys in _KEYS[family].items()}
    read = {key: is_like_text for keys in _KEYS[family].values() for key in keys}
    kept, unread = sorted_out(raw, read, {}, {})
    name, greeting = name_of(said["name"]), text_of(said["greeting"])
    return {
        "name": name,
        "slug": slug_for(name),
        "description": text_of(said["description"]),
        "scenario": text_of(said.get("scenario", "")),
        "greetings": [greeting] if greeting.strip() else [],
        "examples": dialogues_in(text_of(said["examples"]), name),
        "extensions": with_kept({}, family, kept | unread),
    }
