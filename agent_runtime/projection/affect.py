"""What an agent feels, as numbers: a fast emotion over a slow mood, how both fade and how they are kept."""

from dataclasses import dataclass, replace
from math import exp
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from agent_runtime.core.domain import Tension
from agent_runtime.core.presence import Mood
from agent_runtime.projection.emotions import Vector
from agent_runtime.projection.temper import Temperament

TRIGGERS_KEPT = 5

_PACE_WEIGHT, _USUAL_PACE = 0.35, 20.0
_RACE_WEIGHT = 0.45

_Part = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
_Parts = tuple[_Part, _Part, _Part]
_Moment = Annotated[float, Field(ge=0, lt=253_402_300_800, allow_inf_nan=False)]  # as far as a datetime goes


@dataclass(frozen=True, slots=True)
class Affect:
    """What an agent feels: emotion `e` and mood `m` as they were `at` a moment.

    `label` is the mood's name, had `since` a moment and after `previous`; `triggers` are the latest causes,
    oldest first. `version` counts what was felt and each change of the name.
    """

    e: _Parts
    m: _Parts
    at: _Moment
    version: Annotated[int, Field(ge=0)]
    label: Mood
    previous: Mood | None
    since: _Moment
    triggers: Annotated[tuple[str, ...], Field(max_length=TRIGGERS_KEPT)]


_AFFECT = TypeAdapter(Affect)


def decayed(affect: Affect, temperament: Temperament, now: float) -> Affect:
    """The same with its numbers as they have faded by now; the name is left as it is."""
    at = max(now, affect.at)
    e, m = faded(affect, temperament, at)
    return replace(affect, e=e, m=m, at=at)


def faded(affect: Affect, temperament: Temperament, at: float) -> tuple[Vector, Vector]:
    """Emotion and mood as they are left at a moment not before `affect.at`."""
    seconds = at - affect.at
    fast: float = 2.0 ** (-seconds / temperament.emotion_half_life)
    slow: float = 2.0 ** (-seconds / temperament.mood_half_life)
    (ep, ea, ed), (mp, ma, md), (bp, ba, bd) = affect.e, affect.m, temperament.baseline
    mood = (bp + (mp - bp) * slow, ba + (ma - ba) * slow, bd + (md - bd) * slow)
    return (ep * fast, ea * fast, ed * fast), mood


def felt(affect: Affect, temperament: Temperament, tension: Tension) -> Vector:
    """Pleasure, arousal and dominance as felt at `affect.at`, each in [-1, 1]; a tense room adds arousal."""
    p, a, d = (max(-1.0, min(1.0, m + temperament.expressiveness * e)) for e, m in zip(affect.e, affect.m, strict=True))
    stirred = _PACE_WEIGHT * (1.0 - exp(-tension.pace / _USUAL_PACE)) + _RACE_WEIGHT * tension.race
    return p, a + (1.0 - a) * stirred, d


def to_json(affect: Affect) -> bytes:
    """To be kept; `from_json` gives back the same numbers to the last bit."""
    return _AFFECT.dump_json(affect)


def from_json(kept: bytes) -> Affect | None:
    """What `to_json` wrote; None for anything else."""
    try:
        return _AFFECT.validate_json(kept)
    except ValidationError:
        return None
