"""A mood's name: which one a deviation from rest has, and when fading alone gives it another.

The deviation is `2.4·e + (m − b)`. The emotion counts more than the mood because a name is what an audience
sees of this moment: after a long happy lot a refused bid must still show, and a sale felt at .4 must reach
intensity 50. While the deviation is shorter than .1 its name is NEUTRAL; otherwise the arrow with the
strongest pull wins. A name is given up only for one that pulls .08 harder, and NEUTRAL only at .18.

The arrows began as unit vectors along EXCITED (.3, .6, .2), HAPPY (.6, .2, .3), SURPRISED (.3, .5, −.4),
CURIOUS (.1, .3, −.1), CONCERNED (−.4, .3, −.3) and DISAPPOINTED (−.5, −.3, −.3) and were moved, no further than
needed, until the platform's table held with a margin for five temperaments over several hundred sequences of
events. A pull is the product with the deviation's unit vector, so a longer arrow pulls harder and only
differences between arrows count. What moved: EXCITED left pleasure to HAPPY, and HAPPY rose in dominance, since
a bid accepted right after it was placed is a push of each and must turn the name; SURPRISED went towards
admiration, which is what a jump is felt as; CONCERNED gave up submission, since a refused bid is a reproach,
from above; DISAPPOINTED took it over and left weariness behind, since passing a lot stirs a little.
"""

from collections.abc import Iterator
from math import inf, log2, sqrt
from typing import NamedTuple

from agent_runtime.core.presence import Mood
from agent_runtime.projection.emotions import Vector

EMOTION_WEIGHT = 2.4
NEUTRAL_BELOW = 0.1
HYSTERESIS = 0.08
_RISING = NEUTRAL_BELOW + HYSTERESIS

ARROWS: tuple[tuple[Mood, Vector], ...] = (
    (Mood.EXCITED, (-0.31, 1.59, 0.64)),
    (Mood.HAPPY, (1.03, 0.36, 1.42)),
    (Mood.SURPRISED, (1.48, 0.17, -0.42)),
    (Mood.CURIOUS, (0.72, 0.72, -0.92)),
    (Mood.CONCERNED, (-1.06, 1.56, 0.81)),
    (Mood.DISAPPOINTED, (-0.66, 0.29, -1.26)),
)

_BY_MOOD = dict(ARROWS)
_MILLISECOND = 0.001


class Fading(NamedTuple):
    """A deviation in two parts that fade each at its own pace: `fast` and `slow`, with half-lives in seconds."""

    fast: Vector
    slow: Vector
    fast_half_life: float
    slow_half_life: float

    def after(self, seconds: float) -> Vector:
        """The deviation that is left after `seconds`."""
        (fp, fa, fd), (sp, sa, sd) = self.fast, self.slow
        fast: float = 2.0 ** (-seconds / self.fast_half_life)
        slow: float = 2.0 ** (-seconds / self.slow_half_life)
        return fp * fast + sp * slow, fa * fast + sa * slow, fd * fast + sd * slow


def named(deviation: Vector, current: Mood) -> Mood:
    """The name of a deviation whose name was `current` until now."""
    length = sqrt(_dot(deviation, deviation))
    if length < (_RISING if current is Mood.NEUTRAL else NEUTRAL_BELOW):
        return Mood.NEUTRAL
    strongest, pull = _strongest(deviation)
    if current is Mood.NEUTRAL or strongest is current:
        return strongest
    return current if pull - _dot(_BY_MOOD[current], deviation) < HYSTERESIS * length else strongest


def surely_holds(fading: Fading, current: Mood, since: float, until: float) -> bool:
    """Whether `current` certainly lasts between two moments (seconds); False means that one must look closer.

    Where the two parts do not oppose each other the length only falls, and where one arrow pulls hardest in
    two directions it does so in all between them.
    """
    start, end = fading.after(since), fading.after(until)
    if _dot(fading.fast, fading.slow) < 0:
        return False
    if current is Mood.NEUTRAL:
        return _dot(start, start) < _RISING * _RISING
    return (
        _dot(end, end) >= NEUTRAL_BELOW * NEUTRAL_BELOW
        and _strongest(start)[0] is current
        and _strongest(end)[0] is current
    )


def first_change(fading: Fading, current: Mood, start: float = 0.0) -> float | None:
    """Seconds (more than `start`) until fading alone gives another name than `current`; None for never.

    A millisecond late on purpose, so that whoever looks then finds the new name. A name can change only where
    a pull crosses another or the length its threshold. The ratio of the two parts moves one way, so each
    crossing is a root of a quadratic, or lies between two of them.
    """
    for crossing in sorted((0.0, *_turns(fading, current), *_thresholds(fading, current))):
        moment = crossing + _MILLISECOND
        if moment > start and named(fading.after(moment), current) is not current:
            return moment
    return None


def _strongest(deviation: Vector) -> tuple[Mood, float]:
    """The arrow that pulls hardest, and its product with the deviation."""
    p, a, d = deviation
    name, most = Mood.NEUTRAL, -inf
    for mood, (x, y, z) in ARROWS:
        pull = x * p + y * a + z * d
        if pull > most:
            name, most = mood, pull
    return name, most


def _turns(fading: Fading, current: Mood) -> Iterator[float]:
    """Moments at which another name may pull harder by the hysteresis: `(q·d)² = h²·|d|²`."""
    held = _BY_MOOD.get(current)
    if held is None:
        return
    fast, slow = fading.fast, fading.slow
    square = HYSTERESIS * HYSTERESIS
    ff, fs, ss = square * _dot(fast, fast), square * _dot(fast, slow), square * _dot(slow, slow)
    for _, (x, y, z) in ARROWS:
        lead = (x - held[0], y - held[1], z - held[2])
        a, b = _dot(lead, fast), _dot(lead, slow)
        yield from _moments(fading, a * a - ff, 2 * (a * b - fs), b * b - ss)


def _thresholds(fading: Fading, current: Mood) -> Iterator[float]:
    """Moments at which the length may cross the threshold that matters to `current`."""
    limit = _RISING if current is Mood.NEUTRAL else NEUTRAL_BELOW
    fast, slow = fading.fast, fading.slow
    ff, fs, ss = _dot(fast, fast), _dot(fast, slow), _dot(slow, slow)
    most = sqrt(ff) + sqrt(ss)
    if most < limit:
        return
    end = max(fading.fast_half_life, fading.slow_half_life) * log2(most / limit) + 1.0
    k, n = 1 / fading.fast_half_life, 1 / fading.slow_half_life
    extremes = (at for at in _moments(fading, k * ff, (k + n) * fs, n * ss) if at < end)
    start = 0.0
    for stop in (*sorted(extremes), end):
        if (_length(fading, start) < limit) != (_length(fading, stop) < limit):
            yield _bisected(fading, limit, start, stop)
        start = stop


def _bisected(fading: Fading, limit: float, start: float, stop: float) -> float:
    """Where the length passes `limit` between two moments on either side of it, to half a millisecond."""
    below = _length(fading, start) < limit
    while stop - start > _MILLISECOND / 2:
        middle = (start + stop) / 2
        if (_length(fading, middle) < limit) == below:
            start = middle
        else:
            stop = middle
    return stop


def _moments(fading: Fading, a: float, b: float, c: float) -> Iterator[float]:
    """Moments from now on at which the ratio of fast to slow is a root of `a·r² + b·r + c`."""
    pace = 1 / fading.fast_half_life - 1 / fading.slow_half_life
    square = b * b - 4 * a * c
    if pace == 0 or square < 0:
        return
    # The stable form: of two roots far apart the small one would drown in rounding.
    half = -(b + sqrt(square) if b >= 0 else b - sqrt(square)) / 2
    for over, under in ((half, a), (c, half)):
        ratio = over / under if under else 0.0
        if ratio > 0 and (moment := -log2(ratio) / pace) > 0:
            yield moment


def _length(fading: Fading, seconds: float) -> float:
    left = fading.after(seconds)
    return sqrt(_dot(left, left))


def _dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
