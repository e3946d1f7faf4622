"""Keys of lore: plain words found as whole words, `/patterns/` in linear time; and the text they are looked for in.

A plain key is found whatever its case (unless it says otherwise) and the white space in it, and never inside another
word. Scripts that put no spaces between words have no such edges: there a key is found anywhere.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol, cast

import re2

from agent_runtime.core.character import Lore

MOST_SCANNED = 16_000
"""Characters that are looked through in one go; the newest count."""
_MOST_SCANNED_BY_PATTERNS = 8_000
_LARGEST_PROGRAM = 2_000
_MEMORY = 1 << 20
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\U0010ffff"
_WORD = re.compile(rf"[^\W{_UNSPACED}]+")
_PATTERN = re.compile(r"/(.+)/([a-z]*)", re.DOTALL | re.ASCII)
_FLAGS = frozenset("imsguy")


@dataclass(frozen=True)
class Scanned:
    """What keys are looked for in. Worked out once, however many keys there are."""

    text: str

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Scanned":
        """The end of `texts`, the newest last."""
        return cls("\n".join(texts)[-MOST_SCANNED:])

    @cached_property
    def exact(self) -> "_Reading":
        return _Reading(_spaced(self.text))

    @cached_property
    def folded(self) -> "_Reading":
        return _Reading(_spaced(self.text).casefold())

    @cached_property
    def for_patterns(self) -> bytes:
        return self.text[-_MOST_SCANNED_BY_PATTERNS:].encode(errors="replace")


@dataclass(frozen=True)
class _Reading:
    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self.text))


@dataclass(frozen=True)
class PlainKey:
    """A word or a phrase, spaced and folded as what it is looked for in."""

    text: str
    words: frozenset[str]
    is_exact: bool

    def is_in(self, scanned: Scanned) -> bool:
        """Whether it is there. Most keys are not, which their words tell at once."""
        reading = scanned.exact if self.is_exact else scanned.folded
        if not self.words <= reading.words:
            return False
        return self.text in self.words or _stands_alone(self.text, reading.text)


@dataclass(frozen=True)
class PatternKey:
    """A regular expression, by an engine whose time grows with the text alone."""

    pattern: "_Pattern"

    def is_in(self, scanned: Scanned) -> bool:
        return self.pattern.search(scanned.for_patterns) is not None


class _Pattern(Protocol):
    def search(self, text: bytes, /) -> object | None: ...


Key = PlainKey | PatternKey


def key_of(written: str, *, case_sensitive: bool = False) -> Key | None:
    """A key ready to be looked for; None for one that is never found: blank, or a pattern that cannot be read."""
    found = _PATTERN.fullmatch(written.strip())
    if found is not None:
        pattern = _pattern(found[1], found[2])
        return None if isinstance(pattern, str) else PatternKey(pattern)
    text = _spaced(written)
    text = text if case_sensitive else text.casefold()
    # Words on the edge of an unspaced script need not stand alone in the text: they are not asked of it beforehand.
    words = frozenset(_WORD.findall(text)) if not re.search(f"[{_UNSPACED}]", text) else frozenset[str]()
    return PlainKey(text, words, case_sensitive) if text else None


def fault_of(written: str) -> str | None:
    """Why a key is a pattern that cannot be read, in words for its author; None for every other key."""
    found = _PATTERN.fullmatch(written.strip())
    pattern = _pattern(found[1], found[2]) if found is not None else None
    return pattern if isinstance(pattern, str) else None


def unreadable_keys(lore: Lore) -> Iterator[tuple[str, str]]:
    """Keys of a book that are never found, with why, in words for its author."""
    for entry in lore.entries:
        for written in (*entry.keys, *entry.when.all, *entry.when.any, *entry.when.none):
            if (why := fault_of(written)) is not None:
                yield written, why


@lru_cache(maxsize=512)
def _pattern(source: str, flags: str) -> _Pattern | str:
    """The pattern, or what is wrong with it. `g`, `u` and `y` change nothing here."""
    unknown = set(flags) - _FLAGS
    if unknown:
        return f"unknown flag {min(unknown)!r} after the pattern; there are: i, m, s"
    inline = "".join(sorted(set(flags) & set("ims")))
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    try:
        pattern = re2.compile((f"(?{inline})" if inline else "") + source.replace(r"\/", "/"), options)
    except (re2.error, UnicodeEncodeError) as error:
        return f"not a pattern RE2 can read (no look-around, no back-references): {_reason(error)}"
    if pattern.programsize > _LARGEST_PROGRAM:
        return "the pattern is too large: make its repetitions smaller"
    return cast(_Pattern, pattern)


def _reason(error: Exception) -> str:
    told = error.args[0] if error.args else ""
    return told.decode(errors="replace") if isinstance(told, bytes) else str(error)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _stands_alone(key: str, text: str) -> bool:
    """Whether `key` is in `text` with no letter of the same word right before or after it."""
    at = text.find(key)
    while at >= 0:
        end = at + len(key)
        if not (_joined(text[at - 1 : at], key[0]) or _joined(key[-1], text[end : end + 1])):
            return True
        at = text.find(key, at + 1)
    return False


def _joined(one: str, other: str) -> bool:
    return bool(one) and _WORD.fullmatch(one + other) is not None and len(one + other) == 2
