"""A mood in words for a model, never in numbers."""

from math import sqrt

from agent_runtime.core.domain import Tension
from agent_runtime.projection.affect import Affect, decayed, felt
from agent_runtime.projection.temper import Temperament

_TENSE_ABOVE = 0.5
_QUIET_BELOW = 0.1
_SLIGHT_BELOW, _STRONG_ABOVE = 1 / sqrt(3), 2 / sqrt(3)  # thirds of the longest vector there is

_WORDS = {
    (True, True, True): "elated, commanding",
    (True, True, False): "eager, playing to the room",
    (True, False, True): "at ease, in charge",
    (True, False, False): "mellow",
    (False, False, False): "flat, weary",
    (False, False, True): "dry, unimpressed",
    (False, True, False): "on edge",
    (False, True, True): "sharp, impatient",
}


def phrase(affect: Affect, temperament: Temperament, tension: Tension, now: float) -> str:
    """The mood in words for a model: "slightly on edge", "at ease, in charge; tension in the room is high"."""
    p, a, d = felt(decayed(affect, temperament, now), temperament, tension)
    size = sqrt(p * p + a * a + d * d)
    words = _WORDS[p >= 0, a >= 0, d >= 0]
    if size < _QUIET_BELOW:
        words = "calm, even"
    elif size < _SLIGHT_BELOW:
        words = f"slightly {words}"
    elif size > _STRONG_ABOVE:
        words = f"very {words}"
    return f"{words}; tension in the room is high" if tension.race > _TENSE_ABOVE else words
