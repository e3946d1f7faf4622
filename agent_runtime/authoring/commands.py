"""What somebody wants of the author besides answering: save, show, skip, go back, change one thing."""

import re
from dataclasses import dataclass
from enum import Enum

_LONGEST = 120  # what is longer is an answer, whatever words are in it
_FIELDS: tuple[tuple[str, str], ...] = (
    ("name", "name"),
    ("description", "description|story|background|backstory|biography|bio|who (?:s?he|they|it) (?:is|are)"),
    ("adjectives", "adjectives?|traits?"),
    ("personality", "personality|nature|character|temperament"),
    ("style", "style|voice|manner|speech|way of (?:talking|speaking)|how (?:s?he|they|it) (?:talks?|speaks?)"),
    ("topics", "topics?|interests?|subjects?"),
    ("greetings", "greetings?|hello|welcome|first message"),
    ("examples", "examples?|dialogues?|sample lines?"),
    ("lore", "lore|facts?|knowledge|world|what (?:s?he|they|it) knows?"),
    ("boundaries", "boundar(?:y|ies)|rules?|limits?"),
)
_FIELD = "|".join(f"(?P<{field}{{n}}>{words})" for field, words in _FIELDS)
_LEAD = r"(?:(?:please|actually|no|wait|oh|ok(?:ay)?|and|then|now|can you|could you|let'?s|let us|i want to)[,.!]?\s+)*"
_OF = r"(?:the |her |his |their |its |my |your )?"


def _field(number: int) -> str:
    return _FIELD.replace("{n}", str(number))


_CHANGE = re.compile(
    rf"{_LEAD}(?:change|make|set|update|replace|correct)\s+{_OF}(?:{_field(1)})\s*(?:\bto\b|\binto\b|\bbe\b|\bas\b|:|=)"
    rf"\s*:?\s*(?P<value>.+)",
    re.IGNORECASE | re.DOTALL,
)
_RENAME = re.compile(
    rf"{_LEAD}(?:rename|call)\s+(?:the character|her|him|them|it)\s+(?:to\s+)?(?P<value>[^.!?\n]{{1,100}})[.!\s]*",
    re.IGNORECASE,
)
_SET = re.compile(rf"(?:{_field(1)})\s*[:=]\s*(?P<value>.+)", re.IGNORECASE | re.DOTALL)
_ADD = re.compile(
    rf"{_LEAD}add\s+(?:an?(?:other)? |some |the |to {_OF})?(?:new |more )?(?:{_field(1)})\s*[:=]?\s*(?P<value>.+)",
    re.IGNORECASE | re.DOTALL,
)
_REMOVE = re.compile(
    rf"{_LEAD}(?:remove|delete|drop|clear|forget)\s+(?:all )?{_OF}(?:{_field(1)})[.!\s]*", re.IGNORECASE
)
_BACK = re.compile(
    rf"{_LEAD}(?:go\s+)?back(?:\s+to\s+{_OF}(?:{_field(1)}))?[.!\s]*"
    rf"|{_LEAD}(?:change|redo|edit)\s+{_OF}(?:{_field(2)})[.!\s]*",
    re.IGNORECASE,
)
_WORDS = (
    r"(?:ok(?:ay)?|yes|yeah|great|perfect|good|fine|thanks?|thank you|looks? (?:good|great)|please|now|then|and|so)"
)
_SAVE = re.compile(
    rf"(?:{_WORDS}[,.!\s]+)*(?:i think )?(?:(?:can you |could you |let'?s |you (?:can|may) )?"
    r"(?:save|export|finish|ship|store|write)"
    r"(?: (?:it|this|that|her|him|them|(?:the|my|this) (?:draft|character|file|card)))?"
    r"|(?:we'?re |i'?m |we are |i am |all )?(?:done|finished)|that'?s (?:it|all|everything)|that is (?:it|all))"
    r"(?:[,\s]+(?:now|please|then|thanks?|thank you|as it is|as is|to (?:a |the )?(?:file|characters|folder)))*[.!\s]*",
    re.IGNORECASE,
)
_YES = re.compile(
    r"(?:yes|yeah|yep|sure|ok(?:ay)?|please do|do it|go ahead|looks? good|perfect)(?:[,\s]+please)?[.!\s]*", re.I
)
_SHOW = re.compile(
    rf"{_LEAD}(?:can i |could i |may i |let me )?(?:show|see|print|read)(?: me| us)? (?:the |my |our |me )?"
    r"(?:whole |full |current )?(?:draft|character|file|everything|it|what (?:we|you|i) have)"
    r"(?: so far| now| again| please|, please)*[.?!\s]*"
    r"|show me[.!\s]*|(?:the )?(?:draft|status|summary|preview)[.?!\s]*"
    r"|(?:and )?what(?:'?s| is| are)? (?:else )?(?:is )?(?:still |we )?(?:missing|left|lacking|needed)[.?!\s]*"
    r"|what do (?:we|you) have(?: so far| now)?[.?!\s]*",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"(?:let'?s |please )?(?:skip|pass|next)(?: (?:it|this|that|one|question|this one|this question))*(?:[,\s]+please)?"
    r"[.!\s]*|(?:i )?(?:don'?t|do not) know[.!\s]*|no idea[.!\s]*|not sure[.!\s]*|no(?:thing|ne|pe)?[.!\s]*|n/a",
    re.IGNORECASE,
)
_CHOOSE = re.compile(
    r"(?:you|u) (?:choose|decide|pick)(?: (?:it|one|for me|something))?[.!\s]*|surprise me[.!\s]*"
    r"|(?:it'?s |that'?s )?up to you[.!\s]*|whatever(?: you (?:like|want|think|prefer))?[.!\s]*|anything[.!\s]*"
    r"|(?:it'?s )?your (?:choice|call)[.!\s]*|(?:just )?(?:make|think) (?:it|one|something|some) up[.!\s]*",
    re.IGNORECASE,
)
_RESTART = re.compile(r"(?:please )?(?:start over|start again|start from scratch|begin again)[.!\s]*", re.IGNORECASE)


class Wish(Enum):
    SAVE = "save"
    SHOW = "show"
    SKIP = "skip"
    CHOOSE = "choose"
    RESTART = "restart"
    BACK = "back"
    CHANGE = "change"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Command:
    """A wish; `field` is what it is about where it names one, `value` what is to stand there."""

    wish: Wish
    field: str = ""
    value: str = ""


def command_in(text: str, *, is_ready: bool = False) -> Command | None:
    """The wish in a message, None for an answer. `is_ready`: the author has just asked whether to save."""
    text = text.strip().replace("’", "'")
    if len(text) <= _LONGEST:
        if is_ready and _YES.fullmatch(text):
            return Command(Wish.SAVE)
        for wish, pattern in (
            (Wish.SAVE, _SAVE),
            (Wish.RESTART, _RESTART),
            (Wish.SHOW, _SHOW),
            (Wish.CHOOSE, _CHOOSE),
            (Wish.SKIP, _SKIP),
        ):
            if pattern.fullmatch(text):
                return Command(wish)
    if found := _RENAME.fullmatch(text):
        return Command(Wish.CHANGE, "name", found["value"].strip())
    for wish, pattern in (
        (Wish.CHANGE, _CHANGE),
        (Wish.CHANGE, _SET),
        (Wish.ADD, _ADD),
        (Wish.REMOVE, _REMOVE),
        (Wish.BACK, _BACK),
    ):
        if found := pattern.fullmatch(text):
            return Command(wish, _named(found), (found.groupdict().get("value") or "").strip())
    return None


def form_in(text: str) -> list[Command]:
    """A message that is a form, `Name: Mara` in one line and `Topics: rum` in another, as changes; else nothing."""
    parts: list[str] = []
    for line in text.strip().splitlines():
        if _SET.fullmatch(line.strip()):
            parts.append(line.strip())
        elif parts:
            parts[-1] += f"\n{line}"
        else:
            return []
    found = [_SET.fullmatch(part) for part in parts] if len(parts) > 1 else []
    return [Command(Wish.CHANGE, _named(each), each["value"].strip()) for each in found if each is not None]


def _named(found: re.Match[str]) -> str:
    return next((name.rstrip("12") for name, words in found.groupdict().items() if words and name != "value"), "")
