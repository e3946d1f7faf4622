"""Whether a model's answer to the audience may be said aloud: every figure, name and result in it must be known."""

import re
from collections.abc import Iterator, Mapping, Sequence

from agent_runtime.agents.figures import are_among, figures_in
from agent_runtime.agents.known import Known, folded, known_facts
from agent_runtime.core.past import asks_for_last, number_asked, title_likeness
from agent_runtime.core.prompt import Circumstances

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_OUTCOMES: Mapping[str, re.Pattern[str]] = {
    "sold": re.compile(
        r"\b(?:sold|sells|won|winner|wins|bought|buyer|hammered|(?:went|gone|going|goes) to|gone for|went for|"
        r"hammer (?:fell|price|came))\b"
    ),
    "passed": re.compile(r"\b(?:passed|passes|unsold|no sale)\b"),
    "cancelled": re.compile(r"\b(?:cancell?ed|withdrawn|called off)\b"),
}
_OVER = re.compile(
    r"\b(?:is|are|was|has|have|lot|auction|bidding|it['’]?s) (?:now |already |just )?(?:over|closed|ended|finished)\b"
)
_LEADS = re.compile(
    r"\b(?:lead|leads|leading|leader|led by|winning|in front|ahead|(?:highest|top|high) bid(?:der)?|bid (?:by|from)|"
    r"(?:has|have|just) bid|offered|outbid|placed a bid)\b"
)
_NO_BIDS = re.compile(r"\b(?:no(?: one| body)? bids?|nobody|no one|without a bid)\b")
_CLAIMS = (*_OUTCOMES.values(), _OVER, _LEADS, _NO_BIDS)
_NEVER = re.compile(r"\breserve\b|\bmax(?:imum)? bid\b|\d\s*(?:k|m|mm|bn|thousand|million|billion|grand|hundred)\b")
_SPELLED = re.compile(
    r"\b(?:hundred|thousand|million|billion|grand)\b|"
    r"\b(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half|zero)[\s-]+"
    r"(?:\w+[\s-]+){0,3}?(?:dollars?|bucks?|euros?|pounds?|quid|cents?|pence|eth|ether|usd|eur|gbp|btc|bitcoins?)\b"
)
_HANDLE = re.compile(r"@\w+|\b\w*_\w*\b|\b[^\W\d_]+\d\w*")
_PLAIN_HANDLE = re.compile(r"[^\W\d][\w.-]{2,}")
_MARKS: Mapping[str, re.Pattern[str]] = {
    "USD": re.compile(r"\$|\b(?:usd|dollars?|bucks?|cents?)\b"),
    "EUR": re.compile(r"€|\b(?:eur|euros?)\b"),
    "GBP": re.compile(r"£|\b(?:gbp|pounds?|quid|pence)\b"),
    "JPY": re.compile(r"¥|\b(?:jpy|yen)\b"),
    "ETH": re.compile(r"Ξ|ξ|(?:\b|\d)(?:eth|ether|ethereum)\b"),
    "BTC": re.compile(r"₿|(?:\b|\d)(?:btc|bitcoins?)\b"),
}


def is_supported(text: str, circumstances: Circumstances, question: str, speaker: str) -> bool:
    """Whether what `text` says of lots is so: each sentence of one lot, the one it names or the question meant.

    Strict on purpose: in doubt the scripted voice answers. What the question claims is not taken for true.
    `speaker` is who asked: their name may be said.
    """
    facts = known_facts(circumstances)
    meant = _meant(facts, question)
    names = sorted({fact.bidder for fact in facts if fact.bidder}, key=len, reverse=True)
    for sentence in _sentences(text):
        named = _named(facts, sentence)
        is_of_lots = any(fact.kind != "memory" for fact in named)
        meant = named if is_of_lots else [*named, *meant]
        if not _is_so(sentence, meant, names, folded(speaker)):
            return False
    return True


def _is_so(said: str, meant: Sequence[Known], names: Sequence[str], speaker: str) -> bool:
    if _NEVER.search(said) or _SPELLED.search(said):
        return False
    for fact in meant:
        said = said.replace(fact.title, " ") if fact.kind != "memory" and fact.title else said
    mentioned, bare = [], said
    for name in names:
        if name in bare and _of(name).search(bare):
            mentioned.append(name)
            bare = _of(name).sub(" ", bare)
    if _PLAIN_HANDLE.fullmatch(speaker):
        bare = _of(speaker).sub(" ", bare)
    if _HANDLE.search(bare):
        return False
    if not (mentioned or figures_in(bare) or any(claim.search(said) for claim in _CLAIMS)):
        return True
    return any(_supports(fact, said, bare, mentioned) for fact in meant)


def _supports(fact: Known, said: str, bare: str, mentioned: Sequence[str]) -> bool:
    """Whether all that a sentence says is so of one lot; `bare` is the sentence without names."""
    if not are_among(figures_in(bare), fact.figures) or any(name != fact.bidder for name in mentioned):
        return False
    if any(mark.search(bare) and code not in fact.currencies for code, mark in _MARKS.items()):
        return False
    if any(claim.search(said) and fact.outcome != outcome for outcome, claim in _OUTCOMES.items()):
        return False
    if fact.is_open and (_OVER.search(said) or any(claim.search(said) for claim in _OUTCOMES.values())):
        return False
    if _NO_BIDS.search(said) and fact.has_bids:
        return False
    return not _LEADS.search(said) or (fact.is_open and fact.bidder in mentioned)


def _meant(facts: Sequence[Known], question: str) -> list[Known]:
    """What a question is about: the lots it names or numbers, the last one, else the one in hand and the campaign."""
    named = _named(facts, folded(question))
    if any(fact.kind != "memory" for fact in named):
        return named
    lots = [fact for fact in facts if fact.kind == "lot"]
    over = [fact for fact in facts if fact.kind == "past"]
    number = number_asked(question)
    if number is not None:
        return [fact for fact in over if str(number) in fact.figures["number"]]
    if asks_for_last(question):
        return [*[fact for fact in lots if not fact.is_open][:1], *over[:1]]
    return [*lots[:1], *(fact for fact in facts if fact.kind == "campaign")]


def _named(facts: Sequence[Known], said: str) -> list[Known]:
    likeness = [title_likeness(fact.title, said) for fact in facts]
    best = max(likeness, default=0)
    return [fact for fact, like in zip(facts, likeness, strict=True) if best and like == best]


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(folded(text)):
        if sentence.strip():
            yield sentence


def _of(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
