"""When to speak, as arithmetic: scores, thresholds and speaking time. All of it configurable, all of it pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, exp2, log

from agent_runtime.core.domain import Cue, Rank

_BASE = {
    Rank.CRITICAL: 100.0,
    Rank.HIGH: 70.0,
    Rank.MEDIUM: 50.0,
    Rank.LOW: 25.0,
    Rank.QUESTION: 30.0,
    Rank.COLOUR: 10.0,
}
_VALID_S = {
    Rank.CRITICAL: 30.0,
    Rank.HIGH: 5.0,
    Rank.MEDIUM: 6.0,
    Rank.LOW: 3.0,
    Rank.QUESTION: 60.0,
    Rank.COLOUR: 20.0,
}


@dataclass(frozen=True)
class Pacing:
    """The figures of the rules. `is_paced` False (speed "max") drops threshold, gap, bucket and speaking time."""

    is_paced: bool = True
    base: Mapping[Rank, float] = field(default_factory=lambda: _BASE)
    valid_s: Mapping[Rank, float] = field(default_factory=lambda: _VALID_S)
    words_per_s: float = 1.7
    bucket_words: float = 30.0
    spoken_words_per_s: float = 2.8
    gap_s: float = 0.3
    floor: float = 4.0
    span: float = 28.0
    calm_s: float = 6.0
    promise_s: float = 5.0
    promise_margin_s: float = 0.5
    turn_words: float = 4.0
    short_after_s: float = 1.0

    @property
    def turn_s(self) -> float:
        """How long a bid said because it must be is left alone by the next: a name and an amount, in seconds."""
        return self.turn_words / self.spoken_words_per_s


def score(pacing: Pacing, cue: Cue, *, race: float, age_s: float, repeats: int) -> float:
    """S = base · (1 + .6 J + .8 R·Q + .4 M) · 2^(-age/valid) · max(.5, .8^rep)"""
    weight = 1 + 0.6 * cue.jump + 0.8 * race + 0.4 * (cue.milestone is not None)
    fading = exp2(-max(0.0, age_s) / pacing.valid_s[cue.rank])
    return pacing.base[cue.rank] * weight * fading * max(0.5, 0.8**repeats)


def threshold(pacing: Pacing, silence_s: float) -> float:
    """What a line must be worth after so much silence: 4 + 28 · e^(-silence / 6 s)."""
    return pacing.floor + pacing.span * exp(-max(0.0, silence_s) / pacing.calm_s)


def silence_until(pacing: Pacing, worth: float) -> float:
    """How much silence makes a line of this worth speakable, in seconds; infinite below the floor."""
    from_floor = worth - pacing.floor
    if from_floor <= 0:
        return float("inf")
    ratio = pacing.span / from_floor
    return 0.0 if ratio <= 1 else pacing.calm_s * log(ratio)


def press_at(pacing: Pacing, first_at: float, subjects: int) -> float:
    """When a bid unsaid since `first_at` must be said whatever it is worth, with `subjects` whose bids are unsaid.

    Such bids begin a turn apart, the longest waiting first, so each is due a turn earlier for every other subject.
    """
    turns_before = (subjects - 1) * pacing.turn_s
    return first_at + max(0.0, pacing.promise_s - pacing.promise_margin_s - turns_before)


def keeps_promise(pacing: Pacing, subjects: int) -> bool:
    """Whether one mouth can say a bid of so many subjects within the promise: of three, with the figures above.

    With more of them no line is cut short for another bid: each is said when its turn comes, the longest waiting
    first, which takes as many lines as there are subjects.
    """
    return subjects * pacing.turn_s <= pacing.promise_s - pacing.promise_margin_s


def passes_freely(cue: Cue) -> bool:
    """Outcomes, corrections and openings pass score, bucket and gap."""
    return cue.rank is Rank.CRITICAL or cue.family == "open"


def word_count(text: str) -> int:
    """Words as a speaker counts them."""
    return len(text.split())
