"""Characters of elizaOS: what their JSON says, read and written."""

from collections.abc import Iterator, Mapping
from typing import Any

from agent_runtime.characters.cards.dialogue import MOST, Dialogue, lines_of
from agent_runtime.characters.cards.naming import name_of, slug_for
from agent_runtime.characters.cards.ours import OURS, kept_of, native_of, rest_of, with_kept
from agent_runtime.characters.cards.secrets import without_secrets
from agent_runtime.characters.cards.values import is_list, mapping_of, text_of, texts_of
from agent_runtime.core.character import Character

KEPT = "eliza"
_STYLES = {"all": "all", "chat": "chat", "post": "narration"}
_READ = ("bio", "lore", "knowledge", "messageExamples", "topics", "adjectives", "style", "system")
_OURSELVES = {"{{char}}", "{{agentname}}", "{{agent}}"}


def eliza_fields(raw: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """The fields of a character, without those of ours that travel along. Secrets are left out, and noted."""
    told, secrets = without_secrets(raw)
    if secrets:
        notes.append(f"left out, because a character keeps no secrets: {', '.join(secrets)}")
    fields = _fields_in(told)
    settings = mapping_of(told.get("settings"))
    written = _plain(fields)
    kept = {key: value for key, value in told.items() if key not in ("name", "settings", *_READ)}
    kept |= {key: told[key] for key in _READ if key in told and told[key] != written.get(key)}
    if rest := {key: value for key, value in settings.items() if key != OURS}:
        kept["settings"] = rest
    return {**fields, "extensions": with_kept(_extensions_in(settings), KEPT, kept)}


def native_fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ours that the file carries along, as it has them: they may be anything."""
    return native_of(mapping_of(mapping_of(raw.get("settings")).get(OURS)))


def eliza_character(character: Character) -> dict[str, Any]:
    """The character as elizaOS has it; what is only ours is in the settings, where plugins of others look too."""
    dumped = character.model_dump(mode="json", by_alias=True) | {"examples": lines_of(character.examples)}
    plain = _plain(dumped)
    kept = kept_of(character.extensions, KEPT)
    told = {key: value for key, value in kept.items() if key in _READ}
    written = {**plain, **told} if _fields_in({**plain, **told}) == _fields_in(plain) else plain
    foreign = {key: value for key, value in kept.items() if key not in ("name", "settings", *_READ)}
    settings = {**mapping_of(kept.get("settings")), **_ours(character, _fields_in(written))}
    return {**foreign, **written, **({"settings": settings} if settings else {})}


def _ours(character: Character, understood: Mapping[str, Any]) -> dict[str, Any]:
    """Our place among the settings: foreign extensions, and the fields that would be lost."""
    rest = with_kept(character.extensions, KEPT, {})
    others = {key: value for key, value in rest.items() if key != OURS}
    mine = {**mapping_of(rest.get(OURS)), **({"extensions": others} if others else {})}
    if native := rest_of(character, understood):
        mine["character"] = native
    return {OURS: mine} if mine else {}


def _extensions_in(settings: Mapping[str, Any]) -> dict[str, Any]:
    mine = mapping_of(settings.get(OURS))
    rest = {key: value for key, value in mine.items() if key not in ("extensions", "character")}
    return {**mapping_of(mine.get("extensions")), **({OURS: rest} if rest else {})}


def _fields_in(told: Mapping[str, Any]) -> dict[str, Any]:
    name = name_of(told.get("name"))
    style = mapping_of(told.get("style"))
    return {
        "name": name,
        "slug": slug_for(name),
        "description": text_of(told.get("bio")),
        "system": text_of(told.get("system")),
        "topics": texts_of(told.get("topics")),
        "adjectives": texts_of(told.get("adjectives")),
        "style": {ours: texts_of(style.get(theirs)) for theirs, ours in _STYLES.items()},
        "examples": [each for each in _conversations(told.get("messageExamples"), name) if each][:MOST],
        "lore": {"entries": [{"text": text, "constant": True} for text in _facts(told)]},
    }


def _facts(told: Mapping[str, Any]) -> Iterator[str]:
    """Sentences it knows: `lore` in older files, `knowledge` in newer ones, where some of it is files."""
    for key in ("lore", "knowledge"):
        if is_list(told.get(key)):
            yield from (each for each in told[key] if isinstance(each, str) and each.strip())


def _conversations(told: object, name: str) -> Iterator[Dialogue]:
    for each in told if is_list(told) else []:
        lines = mapping_of(each).get("examples") if isinstance(each, dict) else each
        yield [line for raw in lines if (line := _line(mapping_of(raw), name))] if is_list(lines) else []


def _line(raw: Mapping[str, Any], name: str) -> dict[str, str]:
    speaker = text_of(raw.get("name") or raw.get("user")).casefold()
    text = text_of(mapping_of(raw.get("content")).get("text")).strip()
    is_char = speaker == name.casefold() or speaker in _OURSELVES
    return {"char" if is_char else "user": text} if text else {}


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What elizaOS knows of these fields. It has one text about a character where we have two."""
    bio = [fields["description"], fields.get("personality", "")]
    entries = fields["lore"]["entries"]
    facts = [entry["text"] for entry in entries if entry["text"].strip() and entry.get("enabled", True)]
    return {
        "name": fields["name"],
        **({"system": fields["system"]} if fields["system"] else {}),
        "bio": [line for text in bio for line in text.splitlines() if line.strip()],
        "messageExamples": [_spoken(each, fields["name"]) for each in fields["examples"]],
        "topics": list(fields["topics"]),
        "adjectives": list(fields["adjectives"]),
        **({"knowledge": facts} if facts else {}),
        "style": {theirs: list(fields["style"][ours]) for theirs, ours in _STYLES.items()},
    }


def _spoken(dialogue: Dialogue, name: str) -> list[dict[str, Any]]:
    lines = [(speaker, text) for line in dialogue for speaker, text in line.items()]
    return [{"name": name if speaker == "char" else "{{user1}}", "content": {"text": text}} for speaker, text in lines]
