"""What a character looks like: the mood's own assets, else the neutral ones, else a plain face."""

from datetime import UTC, datetime

import pytest

from agent_runtime.core.character import Wardrobe
from agent_runtime.core.presence import Mood
from agent_runtime.projection.scene import PLAIN_FACE, scene, scene_changed

NOW = 1_700_000_000.0
WARDROBE = Wardrobe(
    expressions={Mood.NEUTRAL: "faces/neutral.png", Mood.HAPPY: "faces/happy.png"},
    backgrounds={Mood.NEUTRAL: "rooms/hall.png", Mood.EXCITED: "rooms/crowd.png"},
    props={Mood.NEUTRAL: ("props/gavel.png",), Mood.HAPPY: (), Mood.EXCITED: ("props/gavel.png", "props/bell.png")},
)


def test_a_mood_wears_what_is_its_own():
    shown = scene("agent-1", WARDROBE, Mood.HAPPY, NOW, None)

    assert shown.agent_id == "agent-1"
    assert shown.current_expression == "faces/happy.png"
    assert shown.last_changed == datetime.fromtimestamp(NOW, UTC)


def test_what_a_mood_lacks_is_taken_from_neutral():
    happy, excited = (scene("a", WARDROBE, mood, NOW, None) for mood in (Mood.HAPPY, Mood.EXCITED))

    assert happy.background == "rooms/hall.png"
    assert excited.current_expression == "faces/neutral.png"
    assert excited.background == "rooms/crowd.png"
    assert excited.props == ("props/gavel.png", "props/bell.png")


def test_a_mood_may_put_all_props_away():
    assert scene("a", WARDROBE, Mood.HAPPY, NOW, None).props == ()


@pytest.mark.parametrize("mood", list(Mood))
def test_an_empty_wardrobe_still_has_a_face(mood):
    shown = scene("a", Wardrobe(), mood, NOW, None)

    assert shown.current_expression == PLAIN_FACE == "assets/character/expressions/neutral.png"
    assert shown.background is None
    assert shown.props == ()


def test_the_change_is_dated_when_something_changed_and_only_then():
    first = scene("a", WARDROBE, Mood.HAPPY, NOW, None)
    same = scene("a", WARDROBE, Mood.HAPPY, NOW + 60, first)
    other = scene("a", WARDROBE, Mood.EXCITED, NOW + 90, same)

    assert same is first
    assert other.last_changed == datetime.fromtimestamp(NOW + 90, UTC)


def test_two_moods_that_look_alike_are_no_change():
    first = scene("a", WARDROBE, Mood.CONCERNED, NOW, None)
    assert scene("a", WARDROBE, Mood.CURIOUS, NOW + 60, first) is first


def test_another_agent_s_scene_is_not_taken_over():
    first = scene("a", WARDROBE, Mood.HAPPY, NOW, None)
    assert scene("b", WARDROBE, Mood.HAPPY, NOW + 60, first).agent_id == "b"


def test_a_scene_changed_when_face_room_or_props_did():
    happy, later = (scene("a", WARDROBE, Mood.HAPPY, moment, None) for moment in (NOW, NOW + 60))

    assert scene_changed(None, happy)
    assert not scene_changed(happy, later)
    for change in ({"current_expression": "x.png"}, {"background": None}, {"props": ("y.png",)}):
        assert scene_changed(happy, happy.model_copy(update=change))
