"""Characters whose moods the tests follow, and the moment at which their stories begin."""

from agent_runtime.core.character import Character, Traits
from agent_runtime.core.domain import Feeling
from agent_runtime.projection import mood
from agent_runtime.projection.temper import Temperament

START = 1_700_000_000.0

TRAITS = {
    "neutral": Traits(),
    "auctioneer": Traits(openness=0.4, conscientiousness=0.3, extraversion=0.8, agreeableness=0.4, stability=0.2),
    "critic": Traits(openness=0.2, conscientiousness=0.4, extraversion=-0.6, agreeableness=-0.6),
    "brooder": Traits(extraversion=-0.5, agreeableness=-0.8, stability=-0.4),
    "paragon": Traits(openness=0.5, conscientiousness=0.5, extraversion=0.5, agreeableness=0.5, stability=0.5),
}


def named_temperaments() -> dict[str, Temperament]:
    """The temperaments by name."""
    return {name: mood.temperament(Character(name=name, traits=traits)) for name, traits in TRAITS.items()}


def after(temperament: Temperament, *story: tuple[float, str]) -> mood.Affect:
    """The affect, calm at first, after (seconds since the last event, "joy .3, admiration .5") and so on."""
    affect, now = mood.calm(temperament, START), START
    for pause, felt in story:
        now += pause
        pairs = (one.split() for one in felt.split(",")) if felt else ()
        feelings = [Feeling(emotion, float(intensity)) for emotion, intensity in pairs]
        affect = mood.feel(mood.settled(affect, temperament, now), feelings, temperament, now, felt)
    return affect
