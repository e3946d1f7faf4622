"""Answers about lots, from what the stages say and nothing else: a figure that is not known is never named."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from agent_runtime.core.domain import Stage
from agent_runtime.core.money import Money, spoken
from agent_runtime.llm.hearing import Fact
from agent_runtime.llm.matching import stem, words_of
from agent_runtime.llm.voice import Voice

_BIDS = frozenset({Fact.PRICE, Fact.LEADER, Fact.WINNER, Fact.NEXT, Fact.COUNT})
_SHOWN = 3
_POINTED_AT = re.compile(r"\b(?:the|this|that) (\w+)")


@dataclass(frozen=True)
class Facts:
    """Answers for one reply; `stages` as in Circumstances, the one in hand first."""

    voice: Voice
    stages: Sequence[Stage]
    locale: str

    def answer(self, asked: Collection[Fact], question: str) -> str:
        """Everything that was asked (of a normal text), in one reply; what is open when nothing else was."""
        open_ones = [stage for stage in self.stages if stage.is_open]
        stage = self._meant(asked, question)
        if stage is None or (Fact.LOT in asked and not open_ones):
            return self.voice.line("answer_nothing", {})
        lines = [self._on_offer(open_ones)] if Fact.LOT in asked else []
        if set(asked) - {Fact.LOT}:
            lines += self._about(stage, frozenset(asked))
        return " ".join(lines)

    def names(self, question: str) -> bool:
        """Whether a normal text names a lot: by half of the words of its title or two of them, or as `the desk`."""
        words, pointed_at = words_of(question), frozenset(stem(word) for word in _POINTED_AT.findall(question))
        titles = [words_of(stage.title.casefold()) for stage in self.stages]
        return any(
            pointed_at & title or len(words & title) >= min(2, (len(title) + 1) // 2) for title in titles if title
        )

    def _meant(self, asked: Collection[Fact], question: str) -> Stage | None:
        """The lot the question names, else the one in hand: an open one, for a result one that has closed."""
        words = words_of(question)
        by_name = {stage.subject: len(words & words_of(stage.title.casefold())) for stage in self.stages}
        named = max(self.stages, key=lambda stage: by_name[stage.subject], default=None)
        if named is None or by_name[named.subject]:
            return named
        wants_open = Fact.WINNER not in asked
        return next((stage for stage in self.stages if stage.is_open == wants_open), self.stages[0])

    def _about(self, stage: Stage, asked: frozenset[Fact]) -> Iterator[str]:
        slots = self._slots(stage)
        if not stage.is_open:
            yield self._ending(stage, slots)
            return
        if asked & _BIDS:
            yield from self._bids(stage, asked, slots)
        if Fact.TIME in asked:
            yield self._time(slots, is_follow_up=bool(asked & _BIDS))

    def _bids(self, stage: Stage, asked: frozenset[Fact], slots: dict[str, str]) -> Iterator[str]:
        if Fact.WINNER in asked:
            yield self.voice.line("still_open", slots)
        if stage.settles_at is not None:
            yield self.voice.line("unsettled", slots)
            return
        if "amount" not in slots and "bidder" not in slots and stage.bid_count == 0:
            yield self.voice.line("answer_no_bids", slots)
            return
        if asked & {Fact.LEADER, Fact.WINNER}:
            yield self._leader(slots)
        elif Fact.PRICE in asked:
            yield self.voice.line("answer_bid" if "amount" in slots else "no_price", slots)
        if Fact.COUNT in asked:
            bids = f"{stage.bid_count} bid{'' if stage.bid_count == 1 else 's'}"
            yield self.voice.line("bid_count" if stage.bid_count else "no_count", slots | {"bids": bids})
        if Fact.NEXT in asked:
            yield self.voice.line("next_bid" if "next" in slots else "no_next", slots)

    def _leader(self, slots: dict[str, str]) -> str:
        """Who leads and at which price: the two are one fact."""
        if "bidder" not in slots:
            price = self.voice.line("answer_bid" if "amount" in slots else "no_price", slots)
            return f"{price} {self.voice.line('no_leader', slots)}"
        return self.voice.line(
            "answer_leader" if "amount" in slots else "leader_only", slots, wanted={"bidder", "amount"}
        )

    def _time(self, slots: dict[str, str], *, is_follow_up: bool) -> str:
        if "time" not in slots:
            return self.voice.line("no_time", slots)
        if slots["time"] == remaining(0):
            return self.voice.line("out_of_time", slots)
        return self.voice.line("answer_time", slots, unwanted={"title"} if is_follow_up else ())

    def _ending(self, stage: Stage, slots: dict[str, str]) -> str:
        """How it ended: `sold` only when the stage says so."""
        match stage.outcome:
            case "sold" if "bidder" in slots and "amount" in slots:
                return self.voice.line("answer_closed", slots, wanted={"bidder", "amount"})
            case "sold" | "passed" | "cancelled" as family:
                return self.voice.line(family, slots)
        names = {name: slots[name] for name in ("title", "lot")}
        return self.voice.line("answer_closed" if stage.settles_at is None else "hammer_falls", names)

    def _on_offer(self, stages: Sequence[Stage]) -> str:
        if len(stages) == 1:
            return self.voice.line("recap", self._slots(stages[0]))
        titles = [stage.title for stage in stages[:_SHOWN]]
        if len(stages) > _SHOWN:
            titles.append(f"{len(stages) - _SHOWN} more")
        return self.voice.line("on_offer", {"titles": f"{', '.join(titles[:-1])} and {titles[-1]}"})

    def _slots(self, stage: Stage) -> dict[str, str]:
        slots = {"title": stage.title, "lot": stage.title}
        for name, slot in stage.slots.items():
            slots[name] = spoken(slot, self.locale) if isinstance(slot, Money) else str(slot)
        seconds = stage.slots.get("seconds")
        if isinstance(seconds, int):
            slots["time"] = remaining(seconds)
        slots.pop("seconds", None)  # lines that say "{seconds} seconds" are for a clock that is running out
        return slots


def remaining(seconds: int) -> str:
    """A time as people say it: `45 seconds`, `2 minutes 5 seconds`, `5 hours 20 minutes`, `3 days`."""
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3_600, seconds % 3_600 // 60
    if days >= 2:
        return _units(days, "day")
    if days:
        return _units(days, "day", hours, "hour")
    if hours:
        return _units(hours, "hour", minutes, "minute")
    if minutes >= 10:
        return _units(minutes, "minute")
    return _units(minutes, "minute", max(0, seconds) % 60, "second")


def _units(count: int, unit: str, rest: int = 0, smaller: str = "") -> str:
    parts = [
        f"{number} {name}{'' if number == 1 else 's'}" for number, name in ((count, unit), (rest, smaller)) if number
    ]
    return " ".join(parts) or "0 seconds"
