"""A temperament: where a character's mood rests, how fast it fades and how visibly it feels."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent_runtime.core.character import Character, Traits
from agent_runtime.projection.emotions import EMOTIONS, Vector


@dataclass(frozen=True, slots=True)
class Temperament:
    """What the arithmetic of a mood needs of a character; half-lives in seconds."""

    baseline: Vector
    emotion_half_life: float
    mood_half_life: float
    expressiveness: float
    emotions: Mapping[str, Vector]


def temperament(character: Character) -> Temperament:
    """The temperament in a character file; its own emotions replace rows of the table or add to it."""
    temper = character.mood
    return Temperament(
        baseline=baseline(character.traits),
        emotion_half_life=temper.emotion_half_life.total_seconds(),
        mood_half_life=temper.mood_half_life.total_seconds(),
        expressiveness=temper.expressiveness,
        emotions={**EMOTIONS, **temper.emotions},
    )


def baseline(traits: Traits) -> Vector:
    """The mood a character returns to (Mehrabian 1996), cut to [-1, 1] where extreme traits add up to more."""
    opening, conscience, outgoing = traits.openness, traits.conscientiousness, traits.extraversion
    kindness, stability = traits.agreeableness, traits.stability
    return (
        _cut(0.21 * outgoing + 0.59 * kindness + 0.19 * stability),
        _cut(0.15 * opening + 0.30 * kindness - 0.57 * stability),
        _cut(0.25 * opening + 0.17 * conscience + 0.60 * outgoing - 0.32 * kindness),
    )


def _cut(value: float) -> float:
    return max(-1.0, min(1.0, value))
