"""Which of what waits is said first: what is promised, what must not wait any longer, else what is worth most."""

from collections.abc import Sequence
from typing import NamedTuple

from agent_runtime.core.domain import Rank, Stage
from agent_runtime.narration.pending import Pending
from agent_runtime.narration.rules import passes_freely

NEVER = float("inf")
ASIDES = (Rank.QUESTION, Rank.COLOUR)


class Candidate(NamedTuple):
    """`takes_s` is known for words that are ready, 0 for phrases; `ends_at` is when it is too old to be said."""

    pending: Pending
    stage: Stage
    worth: float
    press_at: float
    free_at: float
    takes_s: float
    ends_at: float


def first(candidates: Sequence[Candidate], now: float) -> Candidate | None:
    """Of what is due, what is promised, else the highest score; None when nothing is.

    When bids must be said, calls go first and then the longest waiting bid, which keeps its turn even while its
    facts settle: it may not be due yet. An answer that would be cut by such a bid is not begun.
    """
    pressed_from = min((each.press_at for each in candidates), default=NEVER)
    due = [each for each in candidates if each.free_at <= now and not _would_be_cut(each, now, pressed_from)]
    promised = [each for each in due if passes_freely(each.pending.cue)]
    pressed = [each for each in candidates if each.press_at <= now]
    calls = [each for each in due if each.pending.cue.rank is Rank.HIGH]
    if due and pressed and not promised and not calls:
        return min(pressed, key=lambda each: each.pending.first_at)
    return max(promised or (calls if pressed else due), key=lambda each: each.worth, default=None)


def _would_be_cut(candidate: Candidate, now: float, pressed_from: float) -> bool:
    return candidate.pending.cue.rank in ASIDES and now + candidate.takes_s > pressed_from
