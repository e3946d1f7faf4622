"""Utility prompts of front ends: how they are recognised, and what is answered where no model can."""

import json
import re
from collections.abc import Sequence

from agent_runtime.core.prompt import PromptMessage
from agent_runtime.core.text import plain

# A front end asks as the user or as the system. What only the system may ask for would, asked by a user, be the way
# around a character.
_ANYONE = re.compile(
    r"### Task:\s"
    r"|(?:Please )?(?:generate|provide|create|write) a concise,? \d+(?:-\d+)?[- ]word(?:-or-less|s or less)? title\b"
    r"|You are an autocompletion system\b"
    r"|(?:Create|Generate) a concise, \d+-\d+ word (?:title|phrase)\b",
    re.IGNORECASE,
)
_SYSTEM = re.compile(r"\[?\s*(?:pause your roleplay|ignore (?:all )?previous instructions)\b", re.IGNORECASE)
_FORM = re.compile(r"JSON format:?\s*(?:```(?:json)?\s*)?(\{)", re.IGNORECASE)
_TALK = re.compile(r"<chat_history>(.*?)(?:</chat_history>|\Z)", re.DOTALL | re.IGNORECASE)
_SAID = re.compile(r"^[ \t]*(?:\|\|>)?[ \t]*(?:user|human)[ \t]*:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LOOKED_AT = 20_000
_TITLE_WORDS = 5
_TITLE_CHARS = 60
_NO_TITLE = "New conversation"


def is_errand(messages: Sequence[PromptMessage]) -> bool:
    """Whether the front end asks for itself: by its last message, or by a system message that is all there is to it."""
    if not messages:
        return False
    last = messages[-1]
    text = last.content.lstrip()[:_LOOKED_AT]
    if _ANYONE.match(text) or (last.role == "system" and _SYSTEM.match(text)):
        return True
    is_told_first = len(messages) <= 2 and messages[0].role == "system"
    return is_told_first and _ANYONE.match(messages[0].content.lstrip()[:_LOOKED_AT]) is not None


def answer_without_model(messages: Sequence[PromptMessage]) -> str:
    """JSON of the form that is asked for, else a title."""
    asked = "\n".join(message.content for message in messages)[-_LOOKED_AT:]
    form = _form_in(asked)
    if form is None:
        return _title(messages)
    filled = {key: _title(messages) if key == "title" else _empty(value) for key, value in form.items()}
    return json.dumps(filled, ensure_ascii=False)


def _form_in(text: str) -> dict[str, object] | None:
    """The example of JSON that stands behind `JSON format:`."""
    found = _FORM.search(text)
    if found is None:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text[found.start(1) :])
    except ValueError:
        key = re.match(r'\{\s*"(\w+)"\s*:\s*(\[)?', text[found.start(1) :])
        return {key[1]: [] if key[2] else ""} if key else None
    return value if isinstance(value, dict) else None


def _empty(value: object) -> object:
    match value:
        case list():
            return []
        case dict():
            return {}
        case bool() | None:
            return value
        case int() | float():
            return 0
        case _:
            return ""


def _title(messages: Sequence[PromptMessage]) -> str:
    """The first words of what a user said first."""
    text = "\n".join(message.content for message in messages)[:_LOOKED_AT]
    talk = _TALK.search(text)
    said = _SAID.search(talk[1] if talk else text)
    first = said[1] if said else next((each.content for each in messages if _is_said(each)), "")
    words = _WORD.findall(plain(first, 400))[:_TITLE_WORDS]
    title = " ".join(words)[:_TITLE_CHARS].strip()
    return title[:1].upper() + title[1:] if title else _NO_TITLE


def _is_said(message: PromptMessage) -> bool:
    return message.role == "user" and not _ANYONE.match(message.content.lstrip())
