"""What a model is told of a mood: words by octant and strength, never numbers."""

import pytest
from hypothesis import given

from agent_runtime.core.domain import Tension
from agent_runtime.core.presence import Mood
from agent_runtime.projection import mood
from tests.projection.temperaments import START, after, named_temperaments
from tests.projection.test_mood import events, lived, temperaments, tensions

QUIET = Tension()


def affect_of(e):
    return mood.Affect(e, (0.0, 0.0, 0.0), START, 0, Mood.NEUTRAL, None, START, ())


@pytest.mark.parametrize(
    ("pleasure", "arousal", "dominance", "words"),
    [
        (1, 1, 1, "elated, commanding"),
        (1, 1, -1, "eager, playing to the room"),
        (1, -1, 1, "at ease, in charge"),
        (1, -1, -1, "mellow"),
        (-1, -1, -1, "flat, weary"),
        (-1, -1, 1, "dry, unimpressed"),
        (-1, 1, -1, "on edge"),
        (-1, 1, 1, "sharp, impatient"),
    ],
)
def test_each_octant_has_its_words_and_each_third_its_strength(pleasure, arousal, dominance, words):
    temperament = named_temperaments()["neutral"]
    for size, strength in ((0.2, "slightly "), (0.5, ""), (0.9, "very ")):
        affect = affect_of((pleasure * size, arousal * size, dominance * size))
        assert mood.phrase(affect, temperament, QUIET, START) == f"{strength}{words}"


def test_a_character_that_feels_next_to_nothing_is_calm():
    temperament = named_temperaments()["neutral"]
    assert mood.phrase(mood.calm(temperament, START), temperament, QUIET, START) == "calm, even"


def test_temperaments_at_rest_differ():
    rest = {name: mood.phrase(mood.calm(one, START), one, QUIET, START) for name, one in named_temperaments().items()}

    assert rest["auctioneer"] == "elated, commanding"
    assert rest["critic"] == "slightly flat, weary"


def test_a_race_against_the_clock_is_said():
    temperament = named_temperaments()["neutral"]
    calm = mood.calm(temperament, START)
    race, half = Tension(pace=20, rivalry=1, urgency=0.8), Tension(pace=20, rivalry=1, urgency=0.5)

    assert mood.phrase(calm, temperament, race, START).endswith("; tension in the room is high")
    assert "tension" not in mood.phrase(calm, temperament, half, START)


def test_words_weaken_as_the_emotion_fades():
    temperament = named_temperaments()["neutral"]
    affect = after(temperament, (0, "anger 1"), (0, "anger 1"))

    assert mood.phrase(affect, temperament, QUIET, START) == "very sharp, impatient"
    assert mood.phrase(affect, temperament, QUIET, START + 40) == "slightly sharp, impatient"
    assert mood.phrase(affect, temperament, QUIET, START + 3600) == "calm, even"


@given(temperaments, events, tensions)
def test_a_model_never_sees_a_number(temperament, story, tension):
    affect = lived(temperament, story)
    assert not any(char.isdigit() for char in mood.phrase(affect, temperament, tension, affect.at))
