"""What a character file must keep to beyond its model: phrases that can be filled truthfully, assets that stay home."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches

from agent_runtime.core.character import Character, Phrases, Wardrobe
from agent_runtime.core.errors import Finding
from agent_runtime.core.phrases import FAMILIES, Family, slots_in
from agent_runtime.core.strict_yaml import Document, Path

_SLOT = re.compile(r"\{[^{}]*\}")
_LONGEST_ASSET = 200
_EVERY_SLOT = frozenset().union(*(family.slots for family in FAMILIES.values()))


def findings_beyond_the_model(character: Character, document: Document) -> tuple[Finding, ...]:
    """Every fault of phrases and asset paths, at its place, in the order of the file."""
    found = [
        *(each for name, phrases in character.phrases.items() for each in _in_family(name, phrases, document)),
        *_in_scene(character.scene, document),
    ]
    return tuple(sorted(found, key=lambda each: (each.line, each.column)))


def fault_in_line(name: str, line: str) -> tuple[str, str] | None:
    """What is wrong with a line of the family `name`, as (message, hint); None when nothing is."""
    family = FAMILIES[name]
    rest = _SLOT.sub("", line)
    if "{" in rest or "}" in rest:
        return "unbalanced braces", "a slot is written {like_this}"
    for slot in sorted(slots_in(line) - family.slots):
        return _slot_fault(name, slot, family)
    if missing := sorted(family.named - slots_in(line)):
        return f"a line of '{name}' must name {{{missing[0]}}}", "also in its short form"
    if family.is_about_lot and (figure := next((char for char in rest if _is_figure(char)), "")):
        return f"the figure '{figure}' is written out in a line of '{name}'", "only slots may state amounts and counts"
    return None


def _slot_fault(name: str, slot: str, family: Family) -> tuple[str, str]:
    known = ", ".join(f"{{{each}}}" for each in sorted(family.slots)) or "none"
    if slot in _EVERY_SLOT:
        return f"{{{slot}}} is not known in '{name}'", f"slots of '{name}': {known}"
    close = get_close_matches(slot[:40], _EVERY_SLOT, n=1, cutoff=0.5)
    return f"unknown slot {{{slot[:40]}}}", f"did you mean {{{close[0]}}}?" if close else f"slots of '{name}': {known}"


def _is_figure(char: str) -> bool:
    return unicodedata.category(char) in {"Nd", "Nl", "No", "Sc"}


def _in_family(name: str, phrases: Phrases, document: Document) -> Iterator[Finding]:
    path: Path = ("phrases", name)
    if name not in FAMILIES:
        close = get_close_matches(name[:100], FAMILIES, n=1, cutoff=0.5)
        hint = f"did you mean '{close[0]}'?" if close else f"families: {', '.join(FAMILIES)}"
        yield document.finding(path, f"unknown phrase family {name[:100]!r}", hint, at_key=True)
        return
    for at, line in _lines_of(phrases, path):
        if fault := fault_in_line(name, line):
            yield document.finding(at, *fault)


def _lines_of(phrases: Phrases, path: Path) -> Iterator[tuple[Path, str]]:
    """Every line of a family with its place, those of moods too."""
    for base, variants in ((path, phrases), *(((*path, "moods", mood.value), v) for mood, v in phrases.moods.items())):
        for length, lines in (("long", variants.long), ("short", variants.short)):
            for number, line in enumerate(lines):
                yield (*base, length, number), line


def _in_scene(scene: Wardrobe, document: Document) -> Iterator[Finding]:
    for kind, assets in (("expressions", scene.expressions.items()), ("backgrounds", scene.backgrounds.items())):
        for occasion, asset in assets:
            if not _stays_home(asset):
                yield _asset_finding(document, ("scene", kind, occasion.value))
    for occasion, props in scene.props.items():
        for number, prop in enumerate(props):
            if not _stays_home(prop):
                yield _asset_finding(document, ("scene", "props", occasion.value, number))


def _asset_finding(document: Document, path: Path) -> Finding:
    hint = "such as assets/character/expressions/happy.png"
    return document.finding(path, "an asset must be a relative path that stays inside the asset root", hint)


def _stays_home(asset: str) -> bool:
    """Whether this is a plain relative path: no root, drive, address, backslash or step upwards."""
    is_odd = len(asset) > _LONGEST_ASSET or any(char in ':\\%?#~"<>|*' or not char.isprintable() for char in asset)
    return not is_odd and {"", ".", ".."}.isdisjoint(asset.split("/"))
