"""Free answers as values of a character file, one reader a field; what a reader cannot use is none of its values."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from agent_runtime.authoring.names import tidy_name
from agent_runtime.authoring.nature import ADJECTIVES, known_adjectives

MOST_ITEMS = 30
_LONGEST_LINE, _LONGEST_SPEECH, _LONGEST_TEXT = 400, 4_000, 8_000
_CHUNK = re.compile(r"\s*(?:[,;/\n•]|\band\b|\bbut\b|\byet\b|&|^\s*[-*]\s)\s*", re.IGNORECASE | re.MULTILINE)
_BEING = re.compile(
    r"^(?:(?:s?he|they|it)(?:'s|\s+is|\s+are|'re)|(?:is|are|a bit|rather|quite|very|really|also|mostly|always|so|but)\b"
    r"|[A-Z]\w+\s+is)\s+",
    re.IGNORECASE,
)
_LIKING = re.compile(
    r"^(?:(?i:well|oh|hmm)[, ]+)?(?:(?:(?i:s?he|they|it)|[A-Z]\w+)\s+)?(?:(?i:also|really|mostly|always)\s+)*"
    r"(?:(?i:loves?|likes?|enjoys?|adores?)\s+)?"
    r"(?:(?i:(?:to\s+)?(?:talk(?:s|ing)?|chat(?:s|ting)?|speak(?:s|ing)?)\s+about)\s+)?(?:(?i:loves?|likes?)\s+)?"
)
_WISHING = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|so|well)[,.! ]+)*"
    r"(?:i(?:'d| would)? (?:want|like|need|love)(?: to (?:make|create|build|write|have))?|"
    r"let'?s (?:make|create|build|write)|"
    r"(?:please )?(?:(?:can|could|will) you )?(?:help me )?(?:to )?(?:make|create|build|write)(?: me)?|how about|maybe|"
    r"it(?:'s| is)|this is)\s+(?:a character (?:called|named) )?",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”]([^\"“”]{2,})[\"“”]")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_SAYING = re.compile(
    r"^(?:(?:s?he|they|it|[A-Z]\w+)\s+)?(?:(?:usually|always|just|probably)\s+)?(?:would\s+)?(?:says?|greets?(?:\s+\w+)?"
    r"(?:\s+with)?|goes|with)\s*[:,]?\s*(?=[\"“'A-Z])",
)
_ASKED = re.compile(
    r"\bask(?:ed|s)?(?: (?:her|him|them|it))?,?:?\s?[\"“]([^\"”]{1,500})[\"”][^\"“]{0,40}[\"“]([^\"”]{1,2000})[\"”]",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"^\s*(q|question|user|you|visitor|a|answer|char|them|her|him|[A-Z][\w' ]{0,40})\s*:\s*(.+)$", re.I
)
_BY_VISITOR = frozenset({"q", "question", "user", "you", "visitor"})
_FORBIDDEN = re.compile(
    r"^(?i:and |but |also )?(?:(?:(?i:s?he|they|it)|[A-Z]\w+)\s+)?(?i:must|should|will|would|can|may)?\s*"
    r"(?i:be\s+)?(?i:never|not ever|must(?:n't| not)|not|won't|doesn't|don't|do not|does not|refuses to)\b\s*:?\s*"
    r"(?i:(?:to|do|be)\s+)?"
)
_FORBIDDEN_NEXT = re.compile(
    r"(?:[,;]\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+)(?=(?:never|must not|do not|don't)\b)", re.IGNORECASE
)
_KNOWING = re.compile(
    r"^(?:(?:(?i:s?he|they|it)|[A-Z]\w+)\s+)?"
    r"(?i:knows?(?: that)?|remembers?(?: that)?|(?:a )?fact(?: is)?(?: that)?)\s*:?\s+"
)
_FACT = re.compile(r"^([^:.!?]{2,60}):\s+(.+)$", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_WORD = re.compile(r"[^\W\d_][\w'-]{3,}")
_STOP = """
    that this with from have been were they them their there what when where which who whom whose into over under
    about after before because does only ever never always some every many much more most other such than then very
    just like also once since until while would could should must will your yours ours everyone everybody people
    thing things where's knows know
"""


def lines_of(text: str) -> list[str]:
    """The lines of a text that say something, without bullets."""
    lines = (_BULLET.sub("", line).strip() for line in text.splitlines())
    return [line for line in lines if line][:MOST_ITEMS]


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each on one line."""
    return [" ".join(each.split()) for each in _SENTENCE_END.split(text) if each.strip()]


def description(text: str) -> str:
    """Who somebody is, without what is only said to the author."""
    wished = _WISHING.sub("", text.strip(), count=1)
    return _capital((wished if wished == text.strip() else wished.rstrip("?"))[:_LONGEST_TEXT].strip())


def personality(text: str) -> str:
    """A sentence of what somebody is like."""
    text = " ".join(text.split())[:_LONGEST_TEXT].strip(" ,;")
    return _capital(text if text.endswith((".", "!", "?", "…")) else f"{text}.") if text else ""


def adjectives(text: str) -> list[str]:
    """`gruff but kind, fiercely loyal` as three; of whole sentences only the words one knows."""
    found: dict[str, None] = {}
    for chunk in (each.strip(" .!\"'") for each in _CHUNK.split(text.replace(".", ","))):
        plainly = _BEING.sub("", _BEING.sub("", chunk))
        if 0 < len(plainly.split()) <= 2 and (known_adjectives(plainly) or plainly == chunk):
            found[plainly.lower()[:_LONGEST_LINE]] = None
        else:
            found |= dict.fromkeys(known_adjectives(chunk))
    return [each for each in found if each][:MOST_ITEMS]


def is_only_adjectives(text: str) -> bool:
    """Whether a sentence tells nothing but what somebody is like, in words one knows."""
    chunks = [_BEING.sub("", each.strip(" .!")) for each in _CHUNK.split(text) if each.strip(" .!")]
    words = [chunk.casefold().split()[-1] for chunk in chunks if chunk]
    return bool(words) and all(word in ADJECTIVES for word in words) and all(len(each.split()) <= 3 for each in chunks)


def style(text: str) -> dict[str, list[str]]:
    """How somebody talks, a line a habit."""
    parts = [part for line in lines_of(text) for part in re.split(r";\s*", line)]
    sentences = [each for part in parts for each in sentences_of(part)] if len(text) > _LONGEST_LINE else parts
    return {"all": [_capital(each)[:_LONGEST_LINE] for each in sentences if each.strip()][:MOST_ITEMS]}


def topics(text: str) -> list[str]:
    """What somebody likes to talk about; `Old maps` at the beginning of a sentence is `old maps`, a name stays."""
    found: dict[str, None] = {}
    for sentence in (each for line in lines_of(text) for each in sentences_of(line)):
        chunks = [each.strip(" .!") for each in _CHUNK.split(sentence) if each.strip(" .!\"'")]
        is_plain = any(each[0].islower() for each in chunks)
        for number, chunk in enumerate(chunks):
            topic = (_without_liking(chunk) or chunk).strip(" .!\"'")
            if number == 0 and topic == chunk:
                topic = _uncapital(topic, is_plain=is_plain)
            found |= dict.fromkeys([topic[:100]] if topic else [])
    return list(found)[:MOST_ITEMS]


def greetings(text: str) -> list[str]:
    """What is in quotation marks, else every line."""
    found = _QUOTED.findall(text) or [_SAYING.sub("", line) for line in lines_of(text)]
    return [each.strip(' "“”')[:_LONGEST_SPEECH] for each in found if each.strip(' "“”')][:10]


def examples(text: str) -> list[list[dict[str, str]]]:
    """Dialogues: lines with `Q:` and `A:`, or `asked "…" she says "…"`; else the whole as something said."""
    if asked := _ASKED.findall(text):
        return [_dialogue(*pair) for pair in asked][:MOST_ITEMS]
    found: list[list[dict[str, str]]] = []
    question = ""
    for line in lines_of(_apart(text)):
        spoken = _SPOKEN.match(line)
        if spoken and spoken[1].casefold() in _BY_VISITOR:
            question = spoken[2]
        elif spoken and question:
            found.append(_dialogue(question, spoken[2]))
            question = ""
        elif found and not spoken and not question:
            found[-1][1]["char"] = f"{found[-1][1]['char']} {line}"[:_LONGEST_SPEECH]
    return found[:MOST_ITEMS] or [_dialogue("Tell me something.", each) for each in greetings(text)]


def has_dialogue(text: str) -> bool:
    """Whether somebody asks and somebody answers in it."""
    return bool(_ASKED.search(text)) or bool(
        re.search(r"^\s*(?:q|user|you)\s*:.*?\ba\w*\s*:", text, re.I | re.S | re.M)
    )


def boundaries(text: str) -> list[str]:
    """What is forbidden: each line or sentence without its `never`."""
    parts = (part for each in _told(text) for part in _FORBIDDEN_NEXT.split(each))
    found = (_FORBIDDEN.sub("", each.strip()).strip(" .!:,") for each in parts)
    return [each[:_LONGEST_LINE] for each in found if each][:MOST_ITEMS]


def is_forbidding(text: str) -> bool:
    """Whether a sentence says what must not be."""
    return _FORBIDDEN.match(text) is not None


def lore(text: str) -> dict[str, Any]:
    """Facts, with the words that bring them up: those before a colon, else the most telling ones."""
    entries = []
    for each in _told(text):
        told = _KNOWING.sub("", each).strip()
        named = _FACT.match(told)
        keys = [key.strip() for key in named[1].split(",")] if named else _keys_of(told)
        words = named[2] if named else told
        if keys and words.strip():
            entries.append({"keys": [key[:100] for key in keys if key][:5], "text": _capital(words)[:2_000]})
    return {"entries": entries[:MOST_ITEMS]} if entries else {}


READERS: Mapping[str, Callable[[str], Any]] = {
    "name": tidy_name,
    "description": description,
    "personality": personality,
    "adjectives": adjectives,
    "style": style,
    "topics": topics,
    "greetings": greetings,
    "examples": examples,
    "lore": lore,
    "boundaries": boundaries,
}


def _without_liking(text: str) -> str:
    """`She loves old maps` as `old maps`; a name by itself (`Old Norse`) stays."""
    return _LIKING.sub("", text) if re.search(r"\b(?:loves?|likes?|enjoys?|adores?|about)\b", text, re.I) else text


def _uncapital(topic: str, *, is_plain: bool) -> str:
    """With a small first letter where the next word, or `is_plain` a neighbour, shows that it is no name."""
    first, *rest = topic.split()
    is_common = all(word[0].islower() for word in rest) if rest else is_plain
    return f"{topic[0].lower()}{topic[1:]}" if is_common and first[1:].islower() and len(first) > 1 else topic


def _told(text: str) -> list[str]:
    """Lines; a line without a colon by its sentences."""
    return [each for line in lines_of(text) for each in ([line] if _FACT.match(line) else sentences_of(line))]


def _apart(text: str) -> str:
    """`Q: ... A: ...` on one line, put on two."""
    return re.sub(r"(?<=\S)\s+(?=(?:Q|A|User|Char)\s*:)", "\n", text)


def _dialogue(question: str, answer: str) -> list[dict[str, str]]:
    strip = ' "“”\n'
    return [{"user": question.strip(strip)[:_LONGEST_SPEECH]}, {"char": answer.strip(strip)[:_LONGEST_SPEECH]}]


def _keys_of(text: str) -> list[str]:
    words = [word for word in _WORD.findall(text) if word.casefold() not in _STOP.split()]
    names = [word for word in words if word[0].isupper()]
    return list(dict.fromkeys(word.casefold() for word in [*names, *sorted(words, key=len, reverse=True)]))[:4]


def _capital(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]
