"""The words of a text as full-text search knows them: folded alike for both databases, marked with whose they are."""

import re
import unicodedata
from hashlib import blake2b

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40
_ASKED_AT_MOST = 32
_READ_AT_MOST = 4000
_SAID_AT_MOST = 8000
_PREFIX_FROM = 4
# Words that questions are made of. Rarity tells them from the rest only where an agent remembers much; other
# languages rely on that alone.
_QUESTIONING = """
    a about am an and any anyone are as at be been but by can could did do does for from had has have he her him his
    how i if in is it its let me my no not of on or our please she so some tell than that the their them then there
    these they this those to us was we were what when where which who whom whose why will with would you your
"""
_COMMON = frozenset(_QUESTIONING.split())


def owner_tag(agent_id: str, about_user: str | None) -> str:
    """Twelve characters that stand for an agent's public memories or for those of one guest."""
    return blake2b(f"{agent_id}\0{about_user or ''}".encode(), digest_size=6).hexdigest()


def marked_words(tag: str, *texts: str) -> tuple[str, ...]:
    """What is kept for search: each different word once, behind the tag, so that a search meets nobody else's."""
    return tuple(dict.fromkeys(tag + word for text in texts for word in _folded(text)))


def said_words(tag: str, text: str) -> tuple[str, ...]:
    """What is kept of a message for search: the tag as a word of its own, then each different word once."""
    return (tag, *dict.fromkeys(_folded(text, _SAID_AT_MOST)))


def sought_words(words: str) -> tuple[str, ...]:
    """The telling ones of what is searched for, or all where none is; at most 32, () without a word. `*` as below."""
    return asked_words(words) or tuple(dict.fromkeys(map(_sought, _folded(words))))[:_ASKED_AT_MOST]


def asked_words(question: str) -> tuple[str, ...]:
    """At most 32 words worth looking for, () when there are none. A `*` at the end: whatever begins so."""
    words = dict.fromkeys(_sought(word) for word in _folded(question) if _is_telling(word))
    return tuple(words)[:_ASKED_AT_MOST]


def _folded(text: str, limit: int = _READ_AT_MOST) -> list[str]:
    """Words without case, accents and signs. NFKD can expand a text eighteen-fold: it is cut before."""
    if text.isascii():
        return [word[:_LONGEST] for word in _WORD.findall(text[:limit].lower())]
    plain = unicodedata.normalize("NFKD", text[:limit]).casefold()
    return [word[:_LONGEST] for word in _WORD.findall("".join(c for c in plain if unicodedata.category(c) != "Mn"))]


def _is_telling(word: str) -> bool:
    return word not in _COMMON and (len(word) > 1 or not word.isascii() or word.isdigit())


def _sought(word: str) -> str:
    """Longer words find their endings too; a plural finds the singular. Numbers are meant exactly."""
    if len(word) < _PREFIX_FROM or not word.isalpha():
        return word
    is_plural = word.endswith("s") and not word.endswith("ss")
    return (word[:-1] if is_plural else word) + "*"
