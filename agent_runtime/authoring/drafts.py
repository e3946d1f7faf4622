"""A draft and what is put into it: values set or added, what follows from them, and what is chosen for the rest."""

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from agent_runtime.authoring.guessing import topics_from
from agent_runtime.authoring.hearing import Heard
from agent_runtime.authoring.nature import guessed_traits, known_adjectives, mood_for
from agent_runtime.authoring.reading import MOST_ITEMS, sentences_of
from agent_runtime.authoring.system import boundaries_in, system_with
from agent_runtime.core.authoring import AUTHOR, saved_as
from agent_runtime.core.character import slug_of

Content = dict[str, Any]
_IS = re.compile(
    r"^(?:(?:s?he|they|it)(?:'s|\s+is|\s+are|'re|\s+was)|(?P<name>[A-Z][\w' -]{0,60}?)(?:,| is| was))\s+(?=an? |the )"
)
_MOST_EXAMPLES = 30
_LONGEST_NATURE = 8_000
_MOST_ENTRIES = 200


def with_heard(draft: Mapping[str, Any], heard: Iterable[Heard]) -> Content:
    """The draft with what was heard, and with what follows from it."""
    changed: Content = json.loads(json.dumps(draft))
    fields = set()
    for each in heard:
        _put(changed, each)
        fields.add(each.field)
    old, new = str(draft.get("name") or ""), str(changed.get("name") or "")
    if old and new != old:
        changed = _renamed(changed, re.compile(rf"(?<!\w){re.escape(old)}(?!\w)"), new)
    return _followed(changed, fields) if fields else changed


def without(draft: Mapping[str, Any], field: str) -> Content:
    """The draft without what a field says."""
    if field == "boundaries":
        return {**draft, "system": system_with(str(draft.get("system") or ""), ())}
    return {name: value for name, value in draft.items() if name != field and (field, name) != ("adjectives", "traits")}


def chosen(draft: Mapping[str, Any], field: str) -> list[Heard]:
    """What the author would take for a field, from what it knows of the character."""
    name, topics = str(draft.get("name") or "Robin"), list(draft.get("topics") or ())
    match field:
        case "who":
            return [Heard("name", name), *chosen(draft, "description")]
        case "name":
            return [Heard("name", name)]
        case "description":
            return [Heard("description", f"{name} keeps a small place by the road where travellers stop and talk.")]
        case "personality":
            words = list(known_adjectives(str(draft.get("description") or ""))) or ["curious", "warm", "patient"]
            return [Heard("personality", f"{', '.join(words).capitalize()}."), Heard("adjectives", words)]
        case "style":
            return [Heard("style", {"all": ["Plain spoken words, two or three sentences at a time."]})]
        case "topics":
            return [Heard("topics", topics_from(draft))]
        case "greetings":
            return [Heard("greetings", [f"Hello there. I'm {name}. What brings you here?"])]
        case "examples":
            return [Heard("examples", _examples(draft, name, topics))]
    return []


def completed(draft: Mapping[str, Any]) -> tuple[Content, tuple[str, ...]]:
    """A draft that has a name and a description with everything a file should have; which fields were chosen."""
    whole, added = dict(draft), []
    for field in ("personality", "style", "topics", "greetings", "examples"):
        if not whole.get(field):
            whole = with_heard(whole, chosen(whole, field))
            added.append(field)
    for field in ("system", "traits", "mood"):
        if not whole.get(field):
            whole = _followed(whole, {"personality"})
    return whole, tuple(added)


def merged(draft: Mapping[str, Any], changes: Mapping[str, Any]) -> Content:
    """The draft with a model's changes: whole fields, None for those that go."""
    fields = {**draft, **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    return _followed(kept, {name for name in changes if name != "system"}, is_guessing="traits" not in changes)


def slug_for(name: str) -> str:
    """A slug for any name, also one without Latin letters; never that of the author."""
    slug = slug_of(name) or f"character-{sha256(name.encode()).hexdigest()[:6]}"
    return f"the-{slug}" if slug == AUTHOR else slug


def _renamed(value: Any, old: re.Pattern[str], new: str) -> Any:
    """The same with another name wherever the old one is written out."""
    match value:
        case str():
            return old.sub(lambda _: new, value)
        case dict():
            return {name: _renamed(each, old, new) for name, each in value.items()}
        case list():
            return [_renamed(each, old, new) for each in value]
        case _:
            return value


def _put(draft: Content, heard: Heard) -> None:
    field, value, before = heard.field, heard.value, draft.get(heard.field)
    match field:
        case "boundaries":
            system = str(draft.get("system") or "")
            kept = boundaries_in(system) if heard.is_more else ()
            draft["system"] = system_with(system, tuple(dict.fromkeys([*kept, *value]))[:MOST_ITEMS])
        case "lore":
            entries = (before or {}).get("entries", []) if heard.is_more else []
            draft["lore"] = {**(before or {}), "entries": _each_once([*entries, *value["entries"]])[:_MOST_ENTRIES]}
        case "style":
            lines = (before or {}).get("all", []) if heard.is_more else []
            draft["style"] = {**(before or {}), "all": _each_once([*lines, *value["all"]])[:MOST_ITEMS]}
        case "name" | "description":
            draft[field] = value
        case "personality":
            is_news = heard.is_more and before and value not in before
            draft[field] = f"{before} {value}"[:_LONGEST_NATURE] if is_news else value
        case _:
            draft[field] = _each_once([*(before or ()), *value] if heard.is_more else value)[:_MOST_EXAMPLES]


def _followed(draft: Content, fields: set[str], *, is_guessing: bool = True) -> Content:
    """Slug, instructions, traits and moods follow from what people tell; a slug that people know already stays."""
    if "name" in fields and draft.get("name"):
        draft["slug"] = saved_as(draft) or slug_for(str(draft["name"]))
    if draft.get("name") and not draft.get("system"):
        draft["system"] = system_with("", ())
    if is_guessing and fields & {"personality", "adjectives"}:
        words = [*(draft.get("adjectives") or ()), str(draft.get("personality") or "")]
        draft["traits"] = guessed_traits(words)
        draft["mood"] = {**(draft.get("mood") or {}), **mood_for(draft["traits"])}
    return draft


def _examples(draft: Mapping[str, Any], name: str, topics: list[str]) -> list[list[dict[str, str]]]:
    greeting = (draft.get("greetings") or [f"Hello there. I'm {name}."])[0]
    about = f"Ask me about {_listed(topics[:3])}, and mind the time." if topics else "Ask, and we shall see."
    return [
        [{"user": "Hello!"}, {"char": greeting}],
        [{"user": "Who are you?"}, {"char": _introduction(name, str(draft.get("description") or ""))}],
        [{"user": "What do you like to talk about?"}, {"char": about}],
    ]


def _introduction(name: str, description: str) -> str:
    """`She is a retired pirate.` in the first person, where that is easily done."""
    described = re.sub(rf"(?<!'s)(?<! is) (?:named|called) {re.escape(name)}", "", description)
    sentences = [each.rstrip(".!") for each in sentences_of(described)]
    first = next((each for each in sentences if each.casefold() != name.casefold()), "")
    found = _IS.match(first)
    if found:
        return f"I'm {name}, {first[found.end() :]}."
    if re.match(r"an? |the ", first, re.IGNORECASE):
        return f"I'm {name}, {first[:1].lower()}{first[1:]}."
    return f"I'm {name}. They say of me: {first}." if first else f"I'm {name}."


def _listed(words: list[str]) -> str:
    *firsts, last = words
    return f"{', '.join(firsts)} or {last}" if firsts else last


def _each_once(values: Iterable[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept
