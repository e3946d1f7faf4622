"""What adjectives let one guess: the five factors of a character, and how fast and how visibly it feels."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

FACTORS = ("openness", "conscientiousness", "extraversion", "agreeableness", "stability")
_LEXICON: Mapping[str, str] = {
    "openness": (
        "curious sharp imaginative creative artistic dreamy inventive poetic "
        "whimsical adventurous eccentric philosophical "
        "playful quirky mystical worldly romantic bookish inquisitive open clever witty wise"
    ),
    "-openness": "conventional traditional practical literal unimaginative narrow old-fashioned down-to-earth stubborn",
    "conscientiousness": (
        "careful precise diligent tidy orderly punctual disciplined dutiful meticulous reliable responsible thorough "
        "hardworking hard-working patient pedantic strict dependable organised organized proud ambitious exact"
    ),
    "-conscientiousness": "careless lazy messy chaotic forgetful scatterbrained impulsive reckless sloppy unreliable",
    "extraversion": (
        "outgoing talkative loud lively cheerful energetic sociable bold boisterous flamboyant enthusiastic exuberant "
        "brash charming theatrical jolly confident chatty flirtatious adventurous bubbly funny dramatic"
    ),
    "-extraversion": "shy quiet reserved withdrawn introverted solitary silent taciturn aloof timid laconic lonely dry",
    "agreeableness": (
        "kind warm gentle friendly caring generous helpful polite sweet tender compassionate loyal patient forgiving "
        "soft-hearted good-natured motherly fatherly trusting humble loving supportive sentimental honest"
    ),
    "-agreeableness": (
        "gruff rude harsh cruel cynical sarcastic grumpy mean selfish arrogant cold suspicious stubborn bitter blunt "
        "cunning ruthless vain prickly haughty sly surly cantankerous mischievous"
    ),
    "stability": "calm steady serene unflappable relaxed composed stoic brave confident patient cool level-headed wise",
    "-stability": (
        "nervous anxious moody jumpy temperamental hot-tempered irritable fearful melancholic melancholy worried "
        "volatile sensitive restless insecure paranoid dramatic sad grumpy haunted"
    ),
}
_STEP = 0.4
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
ADJECTIVES = frozenset(word for words in _LEXICON.values() for word in words.split())


def known_adjectives(text: str) -> tuple[str, ...]:
    """Adjectives of the lexicon in a text, in its order, each once."""
    words = (word.casefold() for word in _WORD.findall(text))
    return tuple(dict.fromkeys(word for word in words if word in ADJECTIVES))


def guessed_traits(adjectives: Iterable[str]) -> dict[str, float]:
    """The factors, each in [-1, 1], as far as words of the lexicon tell; with a hint of openness where they do not."""
    words = {word for text in adjectives for word in known_adjectives(text)}
    traits = {}
    for factor in FACTORS:
        balance = len(words & _words(factor)) - len(words & _words(f"-{factor}"))
        if balance:
            traits[factor] = round(max(-0.9, min(0.9, balance * _STEP)), 2)
    return traits or {"openness": 0.2}


def mood_for(traits: Mapping[str, float]) -> dict[str, Any]:
    """Half-lives and expressiveness that fit: the unstable feel longer, the outgoing show more."""
    unrest, showing = -traits.get("stability", 0.0), traits.get("extraversion", 0.0)
    return {
        "emotion_half_life": f"{round(18 + 8 * unrest)}s",
        "mood_half_life": f"{round(240 + 120 * unrest)}s",
        "expressiveness": round(1.05 + 0.5 * showing, 2),
    }


def traits_text(traits: Mapping[str, Any]) -> str:
    """`openness +0.4, stability -0.4`"""
    return ", ".join(f"{name} {value:+.1f}" for name, value in traits.items())


def _words(key: str) -> frozenset[str]:
    return frozenset(_LEXICON[key].split())
