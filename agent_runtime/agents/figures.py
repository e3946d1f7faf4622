"""The numbers in a text by what they count: a time is no price, and a price no number of bids."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from agent_runtime.core.money import amount_text

Figures = Mapping[str, frozenset[str]]
MONEY, TIME, BIDS, LOTS, NUMBER, DAY = "money", "time", "bids", "lots", "number", "day"
_FIGURE = r"(\d(?:[\d.,]*\d)?)"
_KINDS = (
    (DAY, re.compile(rf"\bday (?:number )?{_FIGURE}(?: (?:out )?of {_FIGURE})?|\b{_FIGURE}(?:st|nd|rd|th) day\b")),
    (TIME, re.compile(rf"\b{_FIGURE}[\s-]*(?:seconds?|secs?|s|minutes?|mins?|hours?|hrs?|days?)\b")),
    (BIDS, re.compile(rf"\b{_FIGURE} bids?\b|\bbids?: {_FIGURE}\b")),
    (LOTS, re.compile(rf"\b{_FIGURE} lots?\b")),
    (NUMBER, re.compile(rf"\blot (?:number |no\.? ?|#)?{_FIGURE}|\b{_FIGURE}(?:st|nd|rd|th) lot\b")),
    (MONEY, re.compile(_FIGURE)),
)


def figures_in(text: str) -> Figures:
    """The numbers of a folded text by kind, each in one form: `$1,250.00` is 1250. What counts nothing is money."""
    found: dict[str, frozenset[str]] = {}
    for kind, pattern in _KINDS:
        tokens = [token for match in pattern.finditer(text) for token in match.groups() if token]
        if tokens:
            found[kind] = frozenset(_plain(token) for token in tokens)
            text = pattern.sub(" ", text)
    return found


def are_among(figures: Figures, known: Figures) -> bool:
    """Whether every figure is known, as what it is."""
    return all(values <= known.get(kind, frozenset()) for kind, values in figures.items())


def _plain(token: str) -> str:
    try:
        return amount_text(Decimal(token.replace(",", "")))
    except InvalidOperation:
        return token
