"""Which words: the family for what waits, a variant of it, and the facts of this very moment in its slots."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent_runtime.core.character import Character
from agent_runtime.core.domain import Rank, Slot, Stage
from agent_runtime.core.money import Money, spoken
from agent_runtime.core.phrases import spoken_time
from agent_runtime.core.presence import Mood
from agent_runtime.narration.pending import Pending
from agent_runtime.narration.phrasebook import PhraseBook

_BID_FAMILIES = {"bid", "race"}
_SUBJECT = frozenset({"lot", "title"})
_AMOUNT = frozenset({"amount"})
_OTHERS = frozenset({"others"})
_PART_OF_DAY = frozenset({"day", "stage"})
_NAMED_IF_KNOWN: Mapping[str, tuple[frozenset[str], ...]] = {
    "meanwhile": (_AMOUNT, _OTHERS),
    "stage_of_day": (_PART_OF_DAY,),
}


@dataclass(frozen=True, slots=True)
class Worded:
    """A line's words; `states_price` when they name an amount."""

    family: str
    text: str
    states_price: bool


class Wording:
    """Words for what waits, in a character's voice and mood, with amounts as the locale writes them."""

    def __init__(self, book: PhraseBook, mood_of: Callable[[], Mood], locale: str) -> None:
        self._book = book
        self._mood_of = mood_of
        self._locale = locale

    def recast(self, character: Character) -> None:
        """Use the words of another version of the character."""
        self._book = self._book.recast(character)

    def of(self, pending: Pending, stage: Stage, *, is_hurried: bool, tells_apart: bool) -> Worded | None:
        """The words for `pending` as things stand; None where no phrase can be filled truthfully.

        `tells_apart`: several lots are open, so the line names its own.
        """
        if pending.prepared is not None:
            return Worded(pending.cue.family, pending.prepared.text, states_price=False)
        values = self._values(pending, stage)
        wants_bid = pending.cue.rank is Rank.HIGH and pending.count > 0  # a call that took over a bid names its price
        family = family_of(pending, stage)
        wanted = [_SUBJECT] if tells_apart and stage.kind == "lot" else []
        wanted += [_AMOUNT] if wants_bid else []
        wanted += _NAMED_IF_KNOWN.get(family, ())
        template = self._book.draw(
            family,
            self._mood_of(),
            values.keys(),
            subject=stage.subject,
            is_short=is_hurried and not wants_bid,
            wanted=wanted,
        )
        return Worded(family, template.filled(values), "amount" in template.slots) if template is not None else None

    def _values(self, pending: Pending, stage: Stage) -> Mapping[str, str]:
        """The facts of this moment as words; a cue's own facts go before those of its subject."""
        slots: dict[str, Slot] = {**stage.slots, **pending.cue.slots, "count": pending.count}
        if pending.cue.milestone is not None:
            slots["milestone"] = pending.cue.milestone
        if stage.bid_count > 1:
            slots["bids"] = stage.bid_count
        if not slots.get("others"):
            slots.pop("others", None)
        if stage.kind == "campaign" and not stage.is_open:
            slots = {name: value for name, value in slots.items() if name not in {"day", "days", "stage"}}
        values = {name: self._said(value) for name, value in slots.items()}
        seconds = slots.get("seconds")
        return values | ({"time": spoken_time(seconds)} if isinstance(seconds, int) else {})

    def _said(self, value: Slot) -> str:
        return spoken(value, self._locale) if isinstance(value, Money) else str(value)


def family_of(pending: Pending, stage: Stage) -> str:
    """The family of phrases that tells it as things stand."""
    cue = pending.cue
    if cue.family == "outcome":
        return stage.outcome or "passed"
    if cue.family in _BID_FAMILIES and pending.count > 1:
        return "bids_merged"
    return cue.family
