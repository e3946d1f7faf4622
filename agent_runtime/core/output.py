"""Replies of a model made fit to show, piece by piece: no speaker's name in front, no control characters."""

import unicodedata
from collections.abc import Iterable

_JOINERS = {"\u200c", "\u200d"}
_NEWLINES = {"\r", "\u2028", "\u2029"}
_DROPPED = {"Cc", "Cf", "Co", "Cs"}
_SILENT = {"P", "Z", "C"}
_THINKING, _THOUGHT = "<think>", "</think>"
_LABELS = ("{}:", "{} :", "{}：", "**{}:**", "**{}**:", "*{}:*", "*{}*:", "__{}:__", "__{}__:", "[{}]:")


def cleaned(text: str) -> str:
    """`text` without control, bidi, private and surrogate characters; every line break becomes a line feed.

    Unassigned characters stay: they are next year's emoji.
    """
    kept: list[str] = []
    for char in text.replace("\r\n", "\n"):
        if char in _NEWLINES:
            kept.append("\n")
        elif char == "\t":
            kept.append(" ")
        elif char == "\n" or char in _JOINERS or unicodedata.category(char) not in _DROPPED:
            kept.append(char)
    return "".join(kept)


def says_something(text: str) -> bool:
    """Whether there is more to `text` than spaces and punctuation."""
    return any(unicodedata.category(char)[0] not in _SILENT for char in text)


class ReplyCleaner:
    """Cleans a reply that arrives in pieces; the pieces it gives back join to the text to keep.

    The beginning is held back until it is known to be neither a leading `Name:` (with or without markdown)
    nor a `<think>` block, and until it says something; trailing white space is held back until more comes.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._labels = [form.format(name).lower() for name in names if name for form in _LABELS]
        self._is_begun = False
        self._head = ""
        self._white = ""

    @property
    def is_begun(self) -> bool:
        """Whether anything has been given back yet: after the last piece False means an empty reply."""
        return self._is_begun

    def feed(self, text: str) -> str:
        """What may be shown now, possibly nothing."""
        text = cleaned(text)
        if self._is_begun:
            return self._trimmed(text)
        self._head = (self._head + text).lstrip()
        if self._may_be_a_label() or not says_something(self._body()):
            return ""
        return self._begin()

    def end(self) -> str:
        """What was held back and turned out to be the reply."""
        return "" if self._is_begun or not says_something(self._body()) else self._begin()

    def _begin(self) -> str:
        self._is_begun = True
        return self._trimmed(self._body())

    def _may_be_a_label(self) -> bool:
        head = _without_thoughts(self._head).lower()
        return any(label.startswith(head) for label in (_THINKING, *self._labels))

    def _body(self) -> str:
        head = _without_thoughts(self._head)
        for label in self._labels:
            if head[: len(label)].lower() == label:
                return head[len(label) :].lstrip()
        return head

    def _trimmed(self, text: str) -> str:
        text = self._white + text
        shown = text.rstrip()
        self._white = text[len(shown) :]
        return shown


def _without_thoughts(head: str) -> str:
    if not head.startswith(_THINKING):
        return head
    return head.partition(_THOUGHT)[2].lstrip()
