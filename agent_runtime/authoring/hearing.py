"""What an answer tells: each part of it belongs to the field it speaks of, the rest to what was asked."""

import re
from dataclasses import dataclass
from typing import Any

from agent_runtime.authoring.names import name_in
from agent_runtime.authoring.reading import (
    READERS,
    adjectives,
    greetings,
    has_dialogue,
    is_forbidding,
    is_only_adjectives,
    personality,
    sentences_of,
)
from agent_runtime.authoring.steps import Step

_IN_THEIR_WORDS = frozenset({"greetings", "examples"})
_CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("greetings", re.compile(r"^(?:s?he|they|it) (?:says?|goes):", re.IGNORECASE)),
    ("greetings", re.compile(r"\b(?:greets?|says? hello|welcomes?|greeting)\b.*[\"“:]", re.IGNORECASE | re.DOTALL)),
    (
        "topics",
        re.compile(
            r"^(?i:and |but )?(?:(?i:s?he|they|it)|[A-Z]\w+)\s+(?i:also |really )?"
            r"(?i:(?:loves?|likes?|enjoys?)\s+(?:to\s+)?(?:talk|chat|speak)(?:ing)?\s+about|talks about)\b",
        ),
    ),
    (
        "style",
        re.compile(
            r"\b(?:talks?|speaks?)\b(?! (?:about|to|with) )|\b(?:short|long) sentences\b|\baccent\b|\bcalls every\w+\b"
            r"|\bsays? [\"'“‘][^\"'”’]{1,40}[\"'”’] (?:a lot|often|all the time)",
            re.IGNORECASE,
        ),
    ),
    (
        "boundaries",
        re.compile(r"\b(?:must|should|may) (?:never|not)\b|\b(?:must|should)n['’]t\b|\brefuses to\b", re.IGNORECASE),
    ),
    ("lore", re.compile(r"^(?:(?i:s?he|they|it)|[A-Z]\w+) (?:also )?(?:knows?|remembers?) that \w")),
)
_NEVER_LIST = re.compile(r"\s*never\s*:", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")  # `never: lie; swear` is one
_OF_A_THING = re.compile(r"\s*it never\b", re.IGNORECASE)  # `the Gull: an old ship. It never came back.`
_ABOUT_NAME = re.compile(
    r"^[^.!?\n]{0,60}\b(?:name(?:'s| is| should be| will be)|is (?:called|named)|call (?:her|him|them|it))\s+"
    r"[^.!?\n]{1,60}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A value for a field; `is_more`: it is added to what is there."""

    field: str
    value: Any
    is_more: bool = False


def heard_in(text: str, asked: Step | None, *, is_nameless: bool) -> list[Heard]:
    """Everything that an answer tells, in the order of the file; nothing where none of it is understood."""
    field = asked.field if asked is not None else ""
    if field in _IN_THEIR_WORDS:  # a character may say what it likes
        return _read(field, text)
    if has_dialogue(text):
        return _read("examples", text)
    found: list[Heard] = []
    is_told = is_nameless or field == "name" or _ABOUT_NAME.match(text.strip().rstrip(".!")) is not None
    name = name_in(text, is_asked=is_nameless and field in ("who", "name")) if is_told else ""
    if not name and field == "name":
        name = READERS["name"](text.splitlines()[0])
    if name:
        found.append(Heard("name", name))
    if field == "name" and name and len(text.split()) <= len(name.split()) + 4:
        return found
    own, routed = _routed(text, field)
    found += [each for other, words in routed for each in _read(other, words, is_more=True)]
    if own.strip() and not _says_only(name, own):
        found += _own(field if field != "name" else "description", own)
    return found


def _routed(text: str, field: str) -> tuple[str, list[tuple[str, str]]]:
    """What is left for the field that was asked about, and the sentences that speak of others."""
    if field == "world":
        return text, []
    own: list[str] = []
    routed: list[tuple[str, str]] = []
    for line in text.splitlines():
        left = []
        for sentence in sentences_of(line):
            other = _other(sentence, field)
            if other:
                routed.append((other, sentence))
            else:
                left.append(sentence)
        own.append(" ".join(left))
    # What no sentence was taken from stays as it was written: it may be long.
    return ("\n".join(own) if routed else text), routed


def _other(sentence: str, field: str) -> str:
    if _ABOUT_NAME.match(sentence.rstrip(".! ")) and field in ("", "who", "name", "description"):
        return "" if "," in sentence else "said"
    for other, pattern in _CUES:
        if pattern.search(sentence):
            return "" if other == field else other
    return "personality" if field != "personality" and is_only_adjectives(sentence) else ""


def _own(field: str, text: str) -> list[Heard]:
    match field:
        case "":
            return []
        case "who":
            return _read("description", text)
        case "world":
            return _world(text)
        case _:
            return _read(field, text)


def _world(text: str) -> list[Heard]:
    """Facts and what is forbidden, told apart sentence by sentence; what stays of a line is one fact, or several."""
    facts: list[str] = []
    forbidden: list[str] = []
    for line in text.splitlines():
        is_fact = ":" in line
        left = []
        for each in _SENTENCE_END.split(line) if _NEVER_LIST.match(line) else sentences_of(line):
            if is_forbidding(each.strip()) and not (is_fact and _OF_A_THING.match(each)):
                forbidden.append(each)
            else:
                left.append(each)
        facts.append(" ".join(left))
    return [*_read("lore", "\n".join(facts)), *_read("boundaries", "\n".join(forbidden))]


def _read(field: str, text: str, *, is_more: bool = False) -> list[Heard]:
    if field == "said":  # it told the name, which is heard already
        return []
    if field == "personality":
        found = [Heard("personality", personality(text), is_more), Heard("adjectives", adjectives(text), is_more)]
    else:
        found = [Heard(field, (greetings if field == "greetings" else READERS[field])(text), is_more)]
    return [each for each in found if each.value]


def _says_only(name: str, text: str) -> bool:
    """Whether nothing but the name is said."""
    return bool(name) and len(text.split()) <= len(name.split()) + 1 and name.casefold() in text.casefold()
