"""Text from outside made safe to show: names and messages are data, never markup and never orders."""

import re
import unicodedata
from functools import lru_cache

NAME_LIMIT = 40
_JOINERS = {"\u200c", "\u200d"}
_MAX_STACKED_MARKS = 2
_WHITE = re.compile(r"\s+")
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}://|javascript:|data:|www\.)\S*", re.IGNORECASE)


def plain(text: str, limit: int) -> str:
    """`text` on one line, without control, bidi, private or unassigned characters, at most `limit` long.

    Normalised to NFC (NFKC can expand a text eighteen-fold); cut before and after normalising.
    """
    if text.isascii() and text.isprintable():  # nearly every text there is
        return _WHITE.sub(" ", text[: limit * 4]).strip()[:limit].strip()
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: limit * 4]):
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MAX_STACKED_MARKS:
            continue
        if category in {"Zl", "Zp", "Zs", "Cc"}:
            kept.append(" ")
        elif category[0] != "C" or char in _JOINERS:
            kept.append(char)
    return _WHITE.sub(" ", "".join(kept)).strip()[:limit].strip()


def display_name(text: str | None, fallback: str = "a bidder") -> str:
    """A name fit to be said aloud: plain, without addresses, at most 40 characters, never empty."""
    return (_name(text[: NAME_LIMIT * 4]) if text else "") or fallback


@lru_cache(maxsize=4096)
def _name(text: str) -> str:
    """The name in `text`, if there is one. The same few people bid again and again."""
    name = plain(_URL.sub("", text), NAME_LIMIT)
    return name if any(char.isalnum() for char in name) else ""
