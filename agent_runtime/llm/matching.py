"""Which of a character's own lines answers a message: by the words they share, roughly stemmed."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import sqrt

from agent_runtime.core.character import Character, LoreEntry
from agent_runtime.core.lore_decorators import read_decorators
from agent_runtime.llm.hearing import courtesy_in, normal, without_greeting, without_name

_ENOUGH = 0.5
_STOP_TEXT = """
a about also am an and any are as at be been bit but by can could did do does doing done for from had has have he her
him his how i if in into is it its just kind let little may me might more most much my no not now of off oh ok okay on
one or our out over please quite rather really say should so some such than that the their them then there these they
this those to today too tonight up us very was we well were what when where which who whom whose why will with would
yes yet you your yours actually again another ever got finally dont cant ive ill id im
"""
_LIGHT_TEXT = """
tell make think feel like want know get give go see look good work thing something someone people way time
"""
_STOP = frozenset(_STOP_TEXT.split())
_SAME = {
    word: words[0]
    for line in (
        "sad unhappy depressed down lonely blue upset miserable heartbroken cry gloomy",
        "joke funny laugh pun humour humor",
        "art artwork painting picture artist",
        "job career",
        "happy glad delighted cheerful",
        "angry furious mad annoyed",
        "auction sale saleroom",
        "draw drawing sketch",
        "tired exhausted weary",
        "nervous anxious worried afraid scared",
    )
    for words in [line.split()]
    for word in words
}
_ENDINGS = (("ies", "y"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""), ("e", ""))
_SPEAKABLE = re.compile(r"[A-Z][^\[\]{}<>|=+*_\n]{15,220}[.!?]")
_NOT_ALOUD = re.compile(
    r"\b(?:he|she|they|him|her|his|their|them|never|must|always|secret|reveal|do not|don't)\b", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without its commonest endings, synonyms joined: `paintings` -> `art`."""
    if word in _SAME:
        return _SAME[word]
    for ending, instead in _ENDINGS:
        root = word.removesuffix(ending) + instead
        if word.endswith(ending) and not word.endswith("ss") and len(root) >= 3:
            return _SAME.get(root) or _SAME.get(root + "e") or root
    return word


_LIGHT = frozenset(map(stem, _LIGHT_TEXT.split()))


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """The words that carry a meaning, stemmed."""
    return frozenset(stem(word) for word in normal(text).split() if word not in _STOP)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two sets of words have in common, 0 to 1."""
    shared = _weight(one & other)
    return shared / sqrt(_weight(one) * _weight(other)) if shared else 0.0


def matching_lines(character: Character, question: str) -> Sequence[str]:
    """What the character says in its examples to the line most like a normal text; empty when none is like it."""
    courtesy, words = courtesy_in(question), words_of(without_greeting(question))
    best = 0.0
    lines: list[str] = []
    for asked, answer in _exchanges(character):
        said = without_name(normal(asked), character.name, character.nickname)
        is_same = courtesy is not None and courtesy_in(said) is courtesy
        score = 1.0 if is_same else likeness(words, words_of(without_greeting(said)))
        if score >= max(best, _ENOUGH):
            lines = [*lines, answer] if score == best else [answer]
            best = score
    return lines


def known_facts(character: Character, question: str) -> Sequence[str]:
    """Sentences of the lore a normal text touches that anyone could say: no orders, nobody spoken of."""
    entries = [entry for entry in character.lore.entries if _is_touched(entry, question)]
    entries.sort(key=lambda entry: -entry.order)
    names = re.compile("|".join(re.escape(name) for name in (character.name, character.short_name)), re.IGNORECASE)
    directed = (read_decorators(entry.text) for entry in entries)
    texts = (text for directions, text in directed if directions.is_active is not False)
    sentences = (sentence for text in texts for sentence in re.split(r"(?<=[.!?])\s+", text))
    return [
        sentence
        for sentence in sentences
        if _SPEAKABLE.fullmatch(sentence) and not _NOT_ALOUD.search(sentence) and not names.search(sentence)
    ]


def _exchanges(character: Character) -> Iterator[tuple[str, str]]:
    for dialogue in character.examples:
        asked = None
        for line in dialogue:
            if line.user is not None:
                asked = line.user
            elif line.char is not None and asked is not None:
                yield asked, line.char
                asked = None


def _is_touched(entry: LoreEntry, question: str) -> bool:
    if not entry.enabled or entry.when.all or entry.when.any or entry.when.none:
        return False
    keys = (normal(key) for key in entry.keys if not key.startswith("/"))
    return any(re.search(rf"\b{re.escape(key)}\b", question) for key in keys if key and key in question)


def _weight(words: frozenset[str]) -> float:
    return sum(0.1 if word in _LIGHT else 1.0 for word in words)
