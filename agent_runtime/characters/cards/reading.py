"""A card in any format into a character: what the file is, is found out from what is in it, never from its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent_runtime.characters.cards import charx, eliza, png, tavern, textgen
from agent_runtime.characters.cards.building import built
from agent_runtime.characters.cards.naming import name_of
from agent_runtime.characters.cards.secrets import without_secrets
from agent_runtime.characters.cards.strict_json import load_json
from agent_runtime.characters.files import refused
from agent_runtime.characters.loading import parse_character
from agent_runtime.core.character import Character
from agent_runtime.core.errors import InvalidFile
from agent_runtime.core.strict_yaml import load

MAX_BYTES = 8 * 1024 * 1024
_ENCRYPTED = b"rcc||"
_SPECS = {"chara_card_v2": "v2", "chara_card_v3": "v3"}
_OTHER_PICTURES = (b"\xff\xd8\xff", b"GIF8", b"RIFF", b"<svg")
_ELIZA = ("bio", "messageExamples", "postExamples", "modelProvider")
_KNOWN = "Character Card V1, V2 or V3, text-generation-webui, Pygmalion, elizaOS, or our own"


@dataclass(frozen=True, slots=True)
class Imported:
    """A character from a card.

    `format` is v1, v2, v3, textgen, pygmalion, eliza or native; `container` json, yaml, png or charx. `notes` are
    sentences for people: what was left out or understood differently. `holds_secrets`: the file does, the character
    does not; no copy of the file should be kept.
    """

    character: Character
    format: str
    container: str
    notes: tuple[str, ...] = ()
    holds_secrets: bool = False


def read_card(raw: bytes, file: str) -> Imported:
    """The character in a card; `file` is what findings call it. Nothing is fetched, run or written.

    Raises InvalidFile: too large, damaged, encrypted, no card, or a character that no file could hold.
    """
    if len(raw) > MAX_BYTES:
        raise refused(file, f"the card is larger than {MAX_BYTES // 1024 // 1024} MB")
    if raw.startswith(png.SIGNATURE):
        card = png.card_text(raw, file)
        return _from_json(card.text, file, "png", _pictures(card.pictures))
    if raw.startswith(charx.SIGNATURE):
        packed = charx.card_in_zip(raw, file)
        return _from_json(packed.text, file, "charx", _pictures(packed.others))
    if raw.startswith(_OTHER_PICTURES):
        raise refused(file, "this is not a PNG card", "of pictures, only PNG can hold a card")
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return _from_json(raw, file, "json", ())
    return _from_yaml(raw, file)


def _pictures(count: int) -> tuple[str, ...]:
    return (f"other files inside the card ({count}) are not taken over",) if count else ()


def _from_json(raw: bytes, file: str, container: str, notes: tuple[str, ...]) -> Imported:
    _refuse_encrypted(raw, file)
    card = load_json(raw, file)
    if not isinstance(card, dict):
        raise refused(file, "expected a character, found a list or a single value", f"known: {_KNOWN}")
    if _kind(card, file) == "native":
        return Imported(built({**card, "name": name_of(card.get("name"))}, file), "native", container, notes)
    return _read(card, file, container, notes)


def _from_yaml(raw: bytes, file: str) -> Imported:
    _refuse_encrypted(raw, file)
    told = load(raw, file).data
    if _kind(told, file) == "native":
        return Imported(parse_character(raw, file), "native", "yaml")  # its faults are told at their places
    return _read(told, file, "yaml", ())


def _refuse_encrypted(raw: bytes, file: str) -> None:
    if raw.lstrip().startswith(_ENCRYPTED):
        hint = "save it again without encryption in the program that made it"
        raise refused(file, "the card is encrypted (rcc||): only the program that made it can open it", hint)


def _kind(card: Mapping[str, Any], file: str) -> str:
    """Which format this is, by the keys that only it has. Raises InvalidFile for kinds of cards nobody knows."""
    if "schema" in card:
        return "native"
    if "spec" in card or isinstance(card.get("data"), dict):
        return _version(card, file)
    if any(key in card for key in ("first_mes", "mes_example")):
        return "v1"
    if "char_name" in card:
        return textgen.PYGMALION
    if any(key in card for key in _ELIZA) or isinstance(card.get("lore"), list):
        return eliza.KEPT
    return textgen.TEXTGEN if any(key in card for key in ("context", "greeting", "bot")) else "native"


def _version(card: Mapping[str, Any], file: str) -> str:
    spec = card.get("spec", "chara_card_v2")
    if not isinstance(spec, str) or not spec.startswith("chara_card_v"):
        raise refused(file, f"this is no character but {ascii(spec)[:60]}", f"known: {_KNOWN}")
    return _SPECS.get(spec, "v3")


def _read(card: dict[str, Any], file: str, container: str, notes: tuple[str, ...]) -> Imported:
    said = list(notes)
    kind = _kind(card, file)
    native: dict[str, Any] = {}
    holds_secrets = False
    if kind == eliza.KEPT:
        fields, native = eliza.eliza_fields(card, said), eliza.native_fields(card)
        holds_secrets = bool(without_secrets(card)[1])
    elif kind in (textgen.TEXTGEN, textgen.PYGMALION):
        fields = textgen.textgen_fields(card, kind)
    else:
        fields, native = tavern.character_fields(card, said), tavern.native_fields(card)
        said += _about_version(card)
    character = _with_native(fields, native, file, said)
    return Imported(character, kind, container, tuple(said), holds_secrets)


def _with_native(fields: dict[str, Any], native: dict[str, Any], file: str, notes: list[str]) -> Character:
    """The character with the fields of ours that came along, unless there is something wrong with them."""
    if not native:
        return built(fields, file)
    try:
        character = built({**fields, **native}, file)
    except InvalidFile:
        character = built(fields, file)
        notes.append(f"left out, because they are not valid: {', '.join(sorted(native))}")
        return character
    notes.append(f"taken over from our own part of the card: {', '.join(sorted(native))}")
    return character


def _about_version(card: Mapping[str, Any]) -> list[str]:
    spec, version = card.get("spec"), card.get("spec_version")
    if isinstance(spec, str) and spec not in _SPECS:
        return [f"a version of cards that is not known here ({spec[:40]}), read as V3"]
    if spec == "chara_card_v3" and version != "3.0":
        return [f"says V3, but its version is {ascii(version)[:20]}"]
    return []
