"""Whether a line of colour keeps to what is known of its lot: no other figure, no other name, no result."""

import re
import unicodedata
from collections.abc import Iterable

from agent_runtime.core.domain import Stage
from agent_runtime.core.money import Money, spoken

_FIGURE = re.compile(r"\d(?:[\d.,]*\d)?")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W_]+)*")
_HANDLE = re.compile(r"@\w+|\b\w*_\w*\b|\b[^\W\d]+\d\w*|\S*(?:://|www\.)\S*")
_NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|dozens?|hundreds?|thousands?|millions?|billions?|first|second|third|twice|double[ds]?|triple[ds]?|"
    r"half|nobody|no one|none)\b",
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    r"\b(?:un)?sold\b|\bw[io]n(?:s|ner|ning)?\b|\bhammer(?:ed)?\b|\bgavel\b|\bpass(?:ed|es)?\b|\bwithdrawn\b|"
    r"\bcancell?ed\b|\breserves?\b|\bmax(?:imum)?\b|\bestimates?d?\b|\bworth\b|\bvalue[ds]?\b|\bvaluable\b|\brare\b|"
    r"\blast (?:call|chance)\b|\bfinal\b|\bgoing (?:once|twice)\b|\bclos(?:e[ds]?|ing)\b|\bend(?:s|ed|ing)\b|"
    r"\blead(?:s|er|ing)?\b|\bbid(?:s|ders?|ding)?\b|\bsecond?s?\b|\bminutes?\b|\bhours?\b|[$€£¥₿Ξ]",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?…:;–—-]\s*[\"'“‘(]*$")
LONGEST_WORDS = 25


def is_grounded(text: str, stage: Stage, speaker: str, others: Iterable[str], locale: str) -> bool:
    """Whether `text` may be said of the lot on `stage`: short, and of figures and names only those the stage gives.

    Strict on purpose: whatever is doubtful is not said, a phrase is. `others` are names that are known and not this
    lot's; capitals inside a sentence are taken for names, but for those of the lot and of its `speaker`.
    """
    if not 1 <= len(text.split()) <= LONGEST_WORDS:
        return False
    plain = _folded(text)
    facts = [spoken(slot, locale) if isinstance(slot, Money) else str(slot) for slot in _sayable(stage)]
    known = [_folded(each) for each in (*facts, stage.title) if each]
    bare = _without(plain, known)
    if _FIGURE.search(bare) or _HANDLE.search(bare) or _NUMBER_WORDS.search(bare) or _CLAIMS.search(bare):
        return False
    if any(_folded(other).casefold() in bare.casefold() for other in others if other):
        return False
    allowed = {word.casefold() for each in (stage.title, speaker) for word in _WORD.findall(_folded(each))} | {"i"}
    return all(name.casefold() in allowed for name in _names_in(plain, known))


def _sayable(stage: Stage) -> list[object]:
    """What lasts for a while: not the seconds left, and nothing while its facts settle."""
    if stage.settles_at is not None:
        return []
    return [stage.slots[name] for name in ("amount", "bidder") if name in stage.slots]


def _names_in(text: str, known: Iterable[str]) -> list[str]:
    """Words with a capital that no sentence begins with."""
    bare = _without(text, known)
    return [
        match[0]
        for match in _WORD.finditer(bare)
        if match[0][0].isupper() and bare[: match.start()].strip() and not _SENTENCE.search(bare[: match.start()])
    ]


def _without(text: str, known: Iterable[str]) -> str:
    for each in sorted(known, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", "it", text, flags=re.IGNORECASE)
    return text


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
