"""A heart goes on: over a change of its character, and with the lot its scene follows."""

import pytest

from agent_runtime.core.character import Character, Temper, Traits, Wardrobe
from agent_runtime.core.domain import Feeling
from agent_runtime.core.presence import Mood
from agent_runtime.core.scenery import LotStage
from agent_runtime.projection.heart import Heart
from tests.projection.temperaments import START, TRAITS

WARDROBE = Wardrobe(
    expressions={Mood.HAPPY: "happy.png"}, backgrounds={Mood.NEUTRAL: "hall.png", "SOLD": "applause.png"}
)
ADA = Character(name="Ada", scene=WARDROBE)


def happy_heart() -> Heart:
    heart = Heart("ada", ADA, START)
    heart.feel((Feeling("satisfaction", 0.4),), START, "sold")
    return heart


def test_the_scene_follows_the_lot_from_when_the_heart_is_told() -> None:
    heart = happy_heart()
    assert heart.scene(START).background == "hall.png"
    heart.set_stage(LotStage.SOLD)
    assert heart.scene(START + 1).background == "applause.png"
    heart.set_stage(LotStage.OPEN)
    assert heart.scene(START + 2).background == "hall.png"


@pytest.mark.parametrize("traits", TRAITS.values(), ids=TRAITS)
def test_another_version_of_the_character_feels_what_was_felt(traits: Traits) -> None:
    heart = happy_heart()
    before = heart.mood(START + 5)
    heart.recast(Character(name="Ada", traits=traits, scene=WARDROBE), START + 5)
    assert heart.mood(START + 5) == before
    assert heart.fade(START + 5) is False
    assert heart.label is Mood.HAPPY


def test_another_version_wears_and_fades_as_its_own_file_says() -> None:
    heart = happy_heart()
    slow = Temper(emotion_half_life="10m", mood_half_life="10m")
    heart.recast(Character(name="Ada", mood=slow, scene=Wardrobe(expressions={Mood.HAPPY: "beaming.png"})), START + 1)
    assert heart.scene(START + 1).current_expression == "beaming.png"
    assert heart.mood(START + 60).intensity > happy_heart().mood(START + 60).intensity + 20


def test_what_faded_before_the_change_faded_at_the_old_pace() -> None:
    heart, untouched = happy_heart(), happy_heart()
    for moment in (START + 10, START + 20):
        heart.recast(ADA, moment)
    assert abs(heart.mood(START + 30).intensity - untouched.mood(START + 30).intensity) <= 1


def test_a_name_that_faded_away_before_the_change_stays_so() -> None:
    heart = happy_heart()
    heart.recast(Character(name="Ada", mood=Temper(emotion_half_life="1h")), START + 3600)
    assert heart.label is Mood.NEUTRAL
    assert heart.mood(START + 3600).previous_mood is Mood.HAPPY
