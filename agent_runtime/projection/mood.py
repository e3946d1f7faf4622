"""How a character feels, as arithmetic: what an event does, what fading does, and the name of it.

Pure: moments are arguments, in epoch seconds. A moment earlier than the last one counts as that one.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

from agent_runtime.core.clock import utc
from agent_runtime.core.domain import Feeling
from agent_runtime.core.presence import AgentMood, Mood
from agent_runtime.projection.affect import TRIGGERS_KEPT, Affect, decayed, faded, felt, from_json, to_json
from agent_runtime.projection.emotions import Vector
from agent_runtime.projection.labels import EMOTION_WEIGHT, Fading, first_change, named, surely_holds
from agent_runtime.projection.temper import Temperament, baseline, temperament
from agent_runtime.projection.words import phrase

__all__ = [
    "Affect",
    "Temperament",
    "agent_mood",
    "baseline",
    "calm",
    "decayed",
    "feel",
    "felt",
    "from_json",
    "next_change",
    "phrase",
    "settled",
    "temperament",
    "to_json",
]

MOOD_SHARE = 0.2
_MOST_CHANGES = 32  # far more names than two fading parts can pass through; a bound, not a rule


def calm(temperament: Temperament, now: float) -> Affect:
    """Nothing felt yet: the mood rests at the baseline."""
    return Affect((0.0, 0.0, 0.0), temperament.baseline, now, 0, Mood.NEUTRAL, None, now, ())


def feel(affect: Affect, feelings: Sequence[Feeling], temperament: Temperament, now: float, trigger: str) -> Affect:
    """Fade until now, then take in each feeling in order; saturation does not commute.

    An emotion that the temperament does not know moves nothing, and feeling nothing is only `settled`.
    """
    before = settled(affect, temperament, now)
    pushes = [(temperament.emotions[one.emotion], one) for one in feelings if one.emotion in temperament.emotions]
    if not pushes:
        return before
    at = max(now, affect.at)
    e, m = faded(affect, temperament, at)
    for vector, feeling in pushes:
        intensity = min(1.0, max(0.0, feeling.intensity))
        e = _pushed(e, vector, intensity)
        m = _pushed(m, vector, intensity * MOOD_SHARE)
    label = named(_fading(e, m, temperament).after(0.0), before.label)
    is_new = label is not before.label
    return Affect(
        e,
        m,
        at,
        before.version + 1,
        label,
        before.label if is_new else before.previous,
        at if is_new else before.since,
        _with(before.triggers, trigger),
    )


def settled(affect: Affect, temperament: Temperament, now: float) -> Affect:
    """The same with the name it has by now, through every change that fading brought, each at its moment.

    The numbers stay as they were: how often one looks can not change what is felt.
    """
    at = max(now, affect.at)
    fading = _fading(affect.e, affect.m, temperament)
    passed = max(0.0, affect.since - affect.at)
    if surely_holds(fading, affect.label, passed, at - affect.at):
        return affect
    for _ in range(_MOST_CHANGES):
        wait = first_change(fading, affect.label, passed)
        if wait is None or affect.at + wait > at:
            break
        passed, since = wait, affect.at + wait
        label = named(fading.after(wait), affect.label)
        affect = replace(affect, label=label, previous=affect.label, since=since, version=affect.version + 1)
    return affect


def next_change(affect: Affect, temperament: Temperament, now: float) -> float | None:
    """The moment after now at which fading alone next changes the name; None when it never does.

    Exact to some milliseconds and never early: at that moment `settled` finds the new name.
    """
    affect = settled(affect, temperament, now)
    fading = _fading(affect.e, affect.m, temperament)
    wait = first_change(fading, affect.label, max(0.0, now - affect.at, affect.since - affect.at))
    return None if wait is None else affect.at + wait


def agent_mood(affect: Affect, agent_id: str, temperament: Temperament, now: float) -> AgentMood:
    """The contract's view of it at this moment; intensity is 100 times the deviation's length, at most 100."""
    affect = settled(affect, temperament, now)
    p, a, d = _fading(affect.e, affect.m, temperament).after(max(0.0, now - affect.at))
    return AgentMood(
        agent_id=agent_id,
        current_mood=affect.label,
        intensity=round(100 * min(1.0, sqrt(p * p + a * a + d * d))),
        previous_mood=affect.previous,
        mood_start_time=utc(affect.since),
        triggers=affect.triggers,
    )


def _pushed(vector: Vector, push: Vector, intensity: float) -> Vector:
    (x, y, z), (p, a, d) = vector, push
    return _saturated(x, p * intensity), _saturated(y, a * intensity), _saturated(z, d * intensity)


def _saturated(value: float, push: float) -> float:
    """Closer to the end it is pushed to by that share of the way: inside [-1, 1] for ever."""
    return value + push * (1.0 - value) if push > 0 else value + push * (1.0 + value)


def _fading(e: Vector, m: Vector, temperament: Temperament) -> Fading:
    """The deviation from rest that gives the mood its name, and how it fades."""
    (ep, ea, ed), (mp, ma, md), (bp, ba, bd) = e, m, temperament.baseline
    return Fading(
        (EMOTION_WEIGHT * ep, EMOTION_WEIGHT * ea, EMOTION_WEIGHT * ed),
        (mp - bp, ma - ba, md - bd),
        temperament.emotion_half_life,
        temperament.mood_half_life,
    )


def _with(triggers: tuple[str, ...], trigger: str) -> tuple[str, ...]:
    """The latest causes with this one last, each named once."""
    if trigger in triggers:
        triggers = tuple(one for one in triggers if one != trigger)
    return (*triggers, trigger)[-TRIGGERS_KEPT:]
