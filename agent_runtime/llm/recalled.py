"""Answers about what is over and what is remembered: past lots, the campaign's day, what a guest told before."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agent_runtime.core.domain import Stage
from agent_runtime.core.memory import Memory, PastLot
from agent_runtime.core.money import spoken
from agent_runtime.core.past import asked_about, asks_for_last, number_asked, title_likeness
from agent_runtime.core.prompt import Circumstances
from agent_runtime.core.telling import quoted_in
from agent_runtime.llm.hearing import Fact, asks_about_joke, asks_about_self, asks_own_past, asks_which_day
from agent_runtime.llm.matching import words_of
from agent_runtime.llm.voice import Voice

_RESULTS = frozenset({Fact.PRICE, Fact.LEADER, Fact.WINNER})
_QUOTED = 3
_THING = re.compile(
    r"\b(?:what (?:did|has|was|is) (?:the )?(?P<a>.+?) (?:go(?:ne)? for|sold for|sell for|fetch|bring|cost)\b|"
    r"(?:who|did anyone|did anybody|did somebody) (?:has |have )?(?:won|bought|got|win|buy|get) (?:the )?"
    r"(?P<b>.+?)(?: and\b| for\b|$))"
)
_NO_THING = re.compile(
    r"(?:(?:it|this|that|they|them|anything|something|everything|one|last|previous|first|final|today|yesterday|"
    r"so far|then|lot|lots|auction|item|sale|bid|bidding|the|a|an|our|your|number|\d+)\b\s*)+"
)


@dataclass(frozen=True)
class Recalled:
    """Answers for one reply, from its circumstances and nothing else: what is not there is not known."""

    voice: Voice
    circumstances: Circumstances

    def about_past(self, asked: Collection[Fact], question: str) -> str:
        """How a lot that is over ended, when a normal text asks for one; empty when it asks for something else."""
        if not (set(asked) & _RESULTS) and number_asked(question) is None and not self._names_past(question):
            return ""
        lot = self._meant(asked, question)
        if lot is not None:
            return self._ending(lot)
        return self.voice.line("unknown_lot", {}) if self._is_unknown(asked, question) else ""

    def about_campaign(self, question: str) -> str:
        """Which day of which campaign it is."""
        if not asks_which_day(question):
            return ""
        campaign = next((stage for stage in self.circumstances.stages if stage.kind == "campaign"), None)
        if campaign is None:
            return self.voice.line("no_campaign", {})
        slots = {name: str(campaign.slots[name]) for name in ("day", "days") if name in campaign.slots}
        family = "campaign_day" if len(slots) == 2 else "campaign_some_day" if "day" in slots else "campaign"
        return self.voice.line(family, {"title": campaign.title, **slots})

    def about_guest(self, question: str) -> str:
        """What the guest told before; empty when the text asks for nothing of the kind or nothing is known."""
        told = [quote for memory in self.circumstances.memories if (quote := self._told(memory))]
        if asks_about_joke(question):
            jokes = [quoted_in(each.text) for each in self.circumstances.memories if each.kind == "joke"]
            return self.voice.line("joke_told", {"told": f"“{jokes[0]}”"}) if jokes and jokes[0] else ""
        if asks_own_past(question):
            if not told:
                return "" if "me" in question.split()[-2:] and "about" not in question else self._nothing_told()
            return self.voice.line("told", {"told": _joined(told[:_QUOTED])})
        if asks_about_self(question):
            fitting = [quote for quote in told if words_of(quote.casefold()) & words_of(question)]
            return self.voice.line("told", {"told": _joined(fitting[:1])}) if fitting else ""
        return ""

    def _nothing_told(self) -> str:
        return self.voice.line("nothing_told", {})

    def _told(self, memory: Memory) -> str | None:
        """The guest's own words: told in private, or in public under their name."""
        is_theirs = memory.about_user is not None or memory.subject == self.voice.user_name
        return quoted_in(memory.text) if is_theirs and memory.kind in ("fact", "joke") else None

    def _meant(self, asked: Collection[Fact], question: str) -> PastLot | None:
        past, stages = self.circumstances.past, self._lots()
        campaign = next((stage.campaign for stage in self.circumstances.stages), None)
        if number_asked(question) is None and asks_for_last(question):
            is_newer_closed = any(not stage.is_open and not _is_among(stage, past) for stage in stages)
            return past[0] if past and not is_newer_closed else None
        found = asked_about(past, question, campaign)
        if not found or number_asked(question) is not None:
            return found[0] if found else None
        likeness = max((title_likeness(stage.title, question) for stage in stages if stage.is_open), default=0)
        mine = title_likeness(found[0].title, question)
        return found[0] if mine > likeness or (mine == likeness and Fact.WINNER in asked) else None

    def _is_unknown(self, asked: Collection[Fact], question: str) -> bool:
        """Whether a result is asked of a lot that is neither in hand nor in the records."""
        stages = self._lots()
        if number_asked(question) is not None:
            return Fact.WINNER in asked or not any(stage.is_open for stage in stages)
        thing = _THING.search(question)
        named = (thing["a"] or thing["b"] or "").strip() if thing else ""
        if not named or _NO_THING.fullmatch(named):
            return asks_for_last(question) and not stages and not self.circumstances.past
        return not any(words_of(stage.title.casefold()) & words_of(named) for stage in stages)

    def _names_past(self, question: str) -> bool:
        return any(title_likeness(lot.title, question) > 1 for lot in self.circumstances.past)

    def _ending(self, lot: PastLot) -> str:
        slots = {"title": lot.title, "lot": lot.title, "number": str(lot.number)}
        if lot.bidder:
            slots["bidder"] = lot.bidder
        if lot.amount:
            slots["amount"] = spoken(lot.amount, self.circumstances.locale)
        if lot.outcome == "sold" and {"bidder", "amount"} <= slots.keys():
            return self.voice.line("past_sold", slots)
        return self.voice.line({"sold": "past_went"}.get(lot.outcome, f"past_{lot.outcome}"), slots)

    def _lots(self) -> list[Stage]:
        return [stage for stage in self.circumstances.stages if stage.kind == "lot"]


def _is_among(stage: Stage, past: Sequence[PastLot]) -> bool:
    return any(lot.auction_id == stage.subject for lot in past)


def _joined(quotes: Sequence[str]) -> str:
    *firsts, last = [f"“{quote}”" for quote in quotes]
    return f"{', '.join(firsts)} and {last}" if firsts else last
