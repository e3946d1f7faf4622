"""Names in free text: what a character is called, by capitals and by the words before it."""

import re

from agent_runtime.core.text import plain

LONGEST_NAME = 100
_PARTICLES = frozenset(
    (
        "of",
        "the",
        "de",
        "del",
        "della",
        "van",
        "von",
        "der",
        "la",
        "le",
        "da",
        "di",
        "al",
        "el",
        "bin",
        "ben",
        "ter",
        "zu",
    )
)
_NO_NAMES = """
    a an i she he they it we you her his their its my our this that there here so ok okay well hello hi hey let
    make create please how what who yes no maybe perhaps think imagine someone somebody not just
"""
_MOST_WORDS = 6
_CUE = re.compile(
    r"\bname(?:'s|\s+is|\s+should\s+be|\s+will\s+be|\s*:)\s+|\b(?:called|named|nicknamed)\s+|\bcall\s+(?:her|him|them|it)\s+",
    re.IGNORECASE,
)
_END = re.compile(r"[,.;:!?)\"”»\n]|\s[-–—]\s|$")
_QUOTES = "\"'“”‘’«»()[]"


def name_in(text: str, *, is_asked: bool) -> str:
    """The name that a text gives, empty where it gives none. `is_asked`: it is to be expected in front, or alone."""
    if cue := _CUE.search(text):
        return _name_at(text[cue.end() :], is_sure=True)
    if not is_asked:
        return ""
    name = _name_at(text, is_sure=False)
    return name if name and _is_followed_well(text.strip().lstrip(_QUOTES)[len(name) :]) else ""


def tidy_name(text: str) -> str:
    """A name as it is kept: on one line, without quotes around it or a full stop behind it."""
    return plain(text, LONGEST_NAME).strip(_QUOTES + " .,;:!")


def _name_at(text: str, *, is_sure: bool) -> str:
    """The words in capitals at the beginning; where it is sure to be a name, at least the first word."""
    text = text.strip().lstrip(_QUOTES)
    end = _END.search(text)
    words = text[: end.start() if end else None].split()[:_MOST_WORDS]
    if not words or words[0].casefold() in _NO_NAMES.split() or (words[0][0].islower() and not is_sure):
        return ""
    kept = [words[0]]
    for number, word in enumerate(words[1:], start=1):
        is_name = not word[0].islower() or (
            word in _PARTICLES and any(not each[0].islower() for each in words[number + 1 :] if each not in _PARTICLES)
        )
        if not is_name:
            break
        kept.append(word)
    return tidy_name(" ".join(kept))


def _is_followed_well(rest: str) -> bool:
    """Whether what comes behind capitals lets them be a name: nothing, a pause, or what the named one is and does."""
    rest = rest.lstrip(_QUOTES)
    return (
        not rest.strip()
        or re.match(r"\s*[,.;:!\n–—-]|\s+(?:is|was|are|who|has|the|runs|lives|works)\b", rest) is not None
    )
