"""Which lots that are over a question means: by number, by title, or simply the last one."""

import re
from collections.abc import Sequence
from functools import lru_cache

from agent_runtime.core.memory import PastLot

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_BY_NUMBER = re.compile(rf"\blot\s*(?:number|no\.?|nr\.?|#)?\s*(\d{{1,6}}|{'|'.join(_NUMBERS)})\b")
_BY_ORDINAL = re.compile(rf"\b(\d{{1,4}}(?=(?:st|nd|rd|th) lot)|(?:{'|'.join(_ORDINALS)})(?= lot))")
_LAST = re.compile(r"\b(?:last|previous|latest|most recent) (?:lot|one|item|sale|auction|winner)\b|\blot before\b")
_WORD = re.compile(r"[^\W_]{2,}")
_COMMON = frozenset({"the", "and", "of", "for", "in", "on", "at", "to", "by", "an", "is", "it", "lot", "what", "who"})
_HEARD = 1000


def number_asked(question: str) -> int | None:
    """The number in `lot 3`, `lot three`, `the third lot`."""
    text = question[:_HEARD].casefold()
    found = _BY_NUMBER.search(text) or _BY_ORDINAL.search(text)
    if found is None:
        return None
    word = found[1]
    for words in (_NUMBERS, _ORDINALS):
        if word in words:
            return words.index(word) + 1
    return int(word)


def asks_for_last(question: str) -> bool:
    """Whether it asks for `the last lot`."""
    return _LAST.search(question[:_HEARD].casefold()) is not None


def title_likeness(title: str, question: str) -> int:
    """How many words of a title are in the question: none unless half of them are, or two."""
    words = _words(title)
    shared = len(words & _words(question[:_HEARD]))
    return shared if words and shared >= min(2, (len(words) + 1) // 2) else 0


def asked_about(past: Sequence[PastLot], question: str, campaign: str | None = None) -> tuple[PastLot, ...]:
    """The lots of `past` (newest first) a question names: by number, in `campaign` if there is one, else by title."""
    number = number_asked(question)
    if number is not None:
        numbered = [lot for lot in past if lot.number == number and campaign in (None, lot.campaign_id)]
        return tuple(sorted(numbered, key=lambda lot: lot.campaign_id != campaign)[:1])
    likeness = {lot.auction_id: title_likeness(lot.title, question) for lot in past}
    best = max(likeness.values(), default=0)
    return tuple(lot for lot in past if best and likeness[lot.auction_id] == best)


@lru_cache(maxsize=2048)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold())) - _COMMON
