"""What people tell of themselves: sentences that should outlast a message, kept as quotations, never as orders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agent_runtime.core.text import plain

Telling = Literal["name", "remember", "joke", "fact"]
QUOTED_LIMIT = 140
_READ = 2_000
_SENTENCES = 12
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_SAID = " said: "
_PATTERNS: tuple[tuple[Telling, re.Pattern[str]], ...] = (
    ("name", re.compile(r"\b(?:my name is|my name's|call me|i go by)\s+[^\W\d_]", re.IGNORECASE)),
    ("joke", re.compile(r"\b(?:(?:our|the) (?:\w+ )?joke\b|running joke|inside joke)", re.IGNORECASE)),
    (
        "remember",
        re.compile(r"^(?:(?:please|and|so|but|also|oh)[, ]+)*(?:remember|don['’]t forget)\b[,:]?\s+\w", re.IGNORECASE),
    ),
    (
        "fact",
        re.compile(
            r"\bi (?:(?:really|also|still|only|mostly|absolutely|just|do|have|used to|never|always) )*"
            r"(?:collect(?:ed)?|love|adore|like|hate|dislike|prefer|work(?:ed)? (?:as|at|for|in|on)|live[ds]? in|"
            r"am (?:from|allergic|learning|studying|married|an? )|come from|play(?:ed)? the|study|own|grew up)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "fact",
        re.compile(r"\b(?:i['’]m (?:from|allergic|learning|studying|married|an? )|my favou?rite\b)", re.IGNORECASE),
    ),
    (
        "fact",
        re.compile(
            r"\bmy (?:wife|husband|partner|mother|father|mum|mom|dad|sister|brother|son|daughter|cat|dog|birthday|job)"
            r"(?:['’]s| is| was)\b",
            re.IGNORECASE,
        ),
    ),
)
# Nothing lasting: "I like it", "I love you"; and what nobody should have written down for them.
_FLEETING = re.compile(
    r"\bi (?:\w+ )?(?:love|like|hate|prefer|adore|dislike) "
    r"(?:it|this|that|you|them|him|her|these|those|to (?:know|see|ask|hear))\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"pass ?(?:word|code|phrase)|\bpin\b|seed phrase|private key|secret key|card number|\bcvv\b|\biban\b|\bssn\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence worth keeping: at most `QUOTED_LIMIT` plain characters, without double quotes."""

    kind: Telling
    words: str


def told_in(text: str, most: int = 4) -> tuple[Told, ...]:
    """What a message tells, in its order. Questions tell nothing; secrets are not kept."""
    found: list[Told] = []
    for sentence in sentences_of(text):
        kind = _kind_of(sentence)
        if kind is not None and len(found) < most:
            found.append(Told(kind, quotable(sentence)))
    return tuple(found)


def sentences_of(text: str) -> Iterator[str]:
    """The first few sentences of a text, each on one line."""
    pieces = (" ".join(piece.split()) for piece in _SENTENCE_END.split(text[:_READ]))
    yield from [piece for piece in pieces if piece][:_SENTENCES]


def quotable(text: str) -> str:
    """`text` on one line and short, with nothing in it that could end a quotation."""
    return plain(text.replace('"', "'"), QUOTED_LIMIT).rstrip(".!;, ")


def quotation(name: str, words: str) -> str:
    """`Ada said: "I collect clocks"`: somebody's words as data."""
    return f'{name}{_SAID}"{words}"'


def quoted_in(text: str) -> str | None:
    """The words inside a `quotation`; None when it is none."""
    _, is_there, words = text.partition(_SAID)
    return words[1:-1] if is_there and words.startswith('"') and words.endswith('"') else None


def _kind_of(sentence: str) -> Telling | None:
    if "?" in sentence or _SECRET.search(sentence):
        return None
    kind = next((kind for kind, pattern in _PATTERNS if pattern.search(sentence)), None)
    return None if kind == "fact" and _FLEETING.search(sentence) else kind
