"""What somebody may like to talk about, guessed from what is known of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_MOST = 4
_LONGEST_READ = 2_000
_FILLERS = ["the old days", "everyday things"]
_ENDS = (
    "a|an|the|and|or|but|who|whom|whose|which|that|where|when|while|since|until|after|before|because|in|on|at|by|of|"
    "for|from|with|without|near|under|over|to|as|into|is|are|was|were|has|had|have|her|his|their|its|he|she|they|it"
)
_WORD, _AFTER = rf"(?!(?:{_ENDS})\b)[a-z][\w-]*", rf"(?=[^\w-]+(?:{_ENDS})\b|[,.;:!?]|$)"
_NOUNS = rf"(?P<nouns>{_WORD}(?: {_WORD}){{0,2}}){_AFTER}"
_BEING = re.compile(
    rf"(?:^|[.!?,]\s+|(?:\b(?:is|was|as|am)|['’]s)\s+)(?P<article>[Aa]n?|[Tt]he) {_NOUNS}", re.MULTILINE
)
_HAVING = re.compile(rf"(?<=[\w] )(?:an?|the|her|his|their|its) {_NOUNS}")
_OBJECT = re.compile(rf"[a-z]\w* (?P<nouns>{_WORD}){_AFTER}")
_VAGUE = frozenset(("lot", "bit", "few", "kind", "sort", "way", "time", "years", "everything", "nothing", "something"))


def topics_from(draft: Mapping[str, Any]) -> list[str]:
    """Four at most: what they know, what is around them, what they are; two that fit anybody where nothing is known."""
    entries = (draft.get("lore") or {}).get("entries", ())
    known = [str(entry["keys"][0]) for entry in entries if entry.get("keys")]
    told = " ".join(str(draft.get(field) or "") for field in ("description", "scenario"))[:_LONGEST_READ].strip()
    return list(dict.fromkeys([*known, *_around(told)]))[:_MOST] or _FILLERS


def _around(text: str) -> Iterator[str]:
    """`She is a retired pirate who runs a bookshop` as `the bookshop`, `the life of a retired pirate`."""
    rest = _BEING.sub(" . ", text)
    things = [f"the {each['nouns']}" for each in _HAVING.finditer(rest) if each["nouns"] not in _VAGUE]
    beings = [f"the life of {each['article'].lower()} {each['nouns']}" for each in _BEING.finditer(text)]
    yield from things
    yield from beings
    if not things and not beings:
        yield from (each["nouns"] for each in _OBJECT.finditer(text) if each["nouns"] not in _VAGUE)
