"""The author's own words: what was noted, what was guessed, and the draft as a person reads it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agent_runtime.authoring.nature import traits_text
from agent_runtime.authoring.system import boundaries_in
from agent_runtime.core.authoring import Drafted

HELLO = "Let us make somebody."
LOST = (
    'I did not catch what that changes. Say for example "change the greeting to ...", "add a topic: ..." or '
    '"back to the style".'
)
KEPT_OUT = "Something in there looked like a secret, a key, a password or an address: I left that sentence out."
NOT_ALLOWED = (
    "I may not save it for you: that takes an API key with the scope admin. The draft stays in this conversation, for "
    "whoever has one."
)
RESTARTED = "The page is empty again."
_LABELS: Mapping[str, str] = {
    "name": "name",
    "description": "who they are",
    "personality": "what they are like",
    "adjectives": "adjectives",
    "style": "how they talk",
    "topics": "what they like to talk about",
    "greetings": "greetings",
    "examples": "examples",
    "lore": "what they know",
    "boundaries": "what they never do",
    "system": "instructions",
    "traits": "traits",
    "mood": "mood",
}
_GROUP = re.compile(r"(?:\S+\s*){1,3}")
_LONGEST_SHOWN = 300


def label(field: str) -> str:
    """A field as people call it."""
    return _LABELS.get(field, field)


def labels(fields: Iterable[str]) -> str:
    """`name, who they are and greetings`"""
    *firsts, last = dict.fromkeys(label(field) for field in fields)
    return f"{', '.join(firsts)} and {last}" if firsts else last


def noted(fields: Iterable[str], draft: Mapping[str, Any], *, is_own: bool = False) -> str:
    """What has been taken down, or chosen by the author itself, and what was guessed from it."""
    fields = list(dict.fromkeys(fields))
    words = chosen_words(fields) if is_own else f"Noted: {labels(fields)}."
    if "name" in fields:
        words = words.replace("name", f"the name {draft.get('name')}", 1)
    if draft.get("traits") and {"personality", "adjectives"} & set(fields):
        words += (
            f" From the adjectives I guess the traits {traits_text(draft['traits'])}; these are guesses, and other "
            "adjectives change them."
        )
    return words


def chosen_words(fields: Iterable[str]) -> str:
    """What was left to the author; empty where that was nothing."""
    fields = list(fields)
    return f"I chose something for you: {labels(fields)}." if fields else ""


def trouble(draft: Drafted) -> str:
    """What is wrong with the draft; empty where nothing is."""
    return f"Not right yet: {'; '.join(draft.problems)}." if draft.problems else ""


def shown(drafted: Drafted) -> str:
    """The draft, a line a field, and what is missing."""
    lines = [f"{name}: {text}" for name, text in _shown_fields(drafted.content)]
    head = "\n".join(["The draft so far:", *lines]) if lines else "There is nothing on the page yet."
    missing = f"Still missing: {labels(drafted.missing)}." if drafted.missing else "Nothing is missing."
    return "\n".join(each for each in (head, missing, trouble(drafted)) if each)


def field_shown(draft: Mapping[str, Any], field: str) -> str:
    """What a field says now; empty where it says nothing."""
    return dict(_shown_fields(draft)).get(label(field), "")


def pieces(text: str) -> Iterator[str]:
    """A reply a few words at a time; they join to the text."""
    yield from _GROUP.findall(text)


def _shown_fields(draft: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("name", "description", "personality", "adjectives", "topics", "greetings"):
        if value := draft.get(field):
            yield label(field), _short(value if isinstance(value, str) else _joined(value))
    if lines := (draft.get("style") or {}).get("all"):
        yield label("style"), _short(_joined(lines))
    if examples := draft.get("examples"):
        yield label("examples"), _short(" | ".join(_dialogue(each) for each in examples))
    if entries := (draft.get("lore") or {}).get("entries"):
        yield (
            label("lore"),
            _short(_joined(f"{', '.join(each.get('keys', ()))}: {each.get('text', '')}" for each in entries)),
        )
    if forbidden := boundaries_in(str(draft.get("system") or "")):
        yield label("boundaries"), _short(_joined(forbidden))
    if traits := draft.get("traits"):
        yield "traits (guessed)", traits_text(traits)


def _dialogue(lines: Iterable[Mapping[str, str]]) -> str:
    return " / ".join(text for line in lines for text in line.values() if text)


def _joined(values: Iterable[Any]) -> str:
    return "; ".join(str(each) for each in values)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN].rstrip()}…"
