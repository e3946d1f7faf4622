"""How lots stood when an answer was made ready: while it waits for its moment they may move on."""

import re
from collections.abc import Hashable, Sequence

from agent_runtime.core.domain import Stage
from agent_runtime.core.memory import PastLot
from agent_runtime.core.past import title_likeness

_ABOUT_LOTS = re.compile(
    r"\b(?:lots?|bid\w*|open|hammer|price|going for|sold|won|lead\w*|over|closed|ended|passed|nothing|first|next)\b|\d",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"\d\s*seconds?\b", re.IGNORECASE)
_TIME = re.compile(r"\d\s*(?:minutes?|hours?|days?)\b", re.IGNORECASE)
_LASTS_S = 60.0
_LASTS_TIME_S, _LASTS_SECONDS_S = 20.0, 3.0


def standing(text: str, stages: Sequence[Stage], past: Sequence[PastLot]) -> Hashable:
    """What a text about lots rests on, to be compared later; always the same for a text about anything else.

    The lots it names, or the one in hand, as they are; and of all the others whether they are open. What is `past`
    stays as it is.
    """
    if not _ABOUT_LOTS.search(text):
        return ()
    is_open = frozenset(stage.subject for stage in stages if stage.kind == "lot" and stage.is_open)
    return tuple(_as_it_is(stage) for stage in about(text, stages, past)), is_open


def about(text: str, stages: Sequence[Stage], past: Sequence[PastLot]) -> Sequence[Stage]:
    """The lots a text speaks of: those it names, else the one in hand; none for a text about anything else."""
    if not _ABOUT_LOTS.search(text):
        return ()
    lots = [stage for stage in stages if stage.kind == "lot"]
    named = [stage for stage in lots if title_likeness(stage.title, text)]
    is_about_past = any(title_likeness(lot.title, text) for lot in past)
    return named or ([] if is_about_past else lots[:1])


def lasts_s(text: str) -> float:
    """For how long a text may wait at most (seconds): one that says how much time is left is soon untrue."""
    if _SECONDS.search(text):
        return _LASTS_SECONDS_S
    return _LASTS_TIME_S if _TIME.search(text) else _LASTS_S


def _as_it_is(stage: Stage) -> Hashable:
    facts = tuple(stage.slots.get(name) for name in ("amount", "next", "bidder"))
    return stage.subject, stage.is_open, stage.outcome, stage.bid_count, stage.settles_at is None, facts
