"""What a character looks like: the mood's own assets or the neutral ones, and around it those of the lot's stage."""

from datetime import UTC, datetime

import pytest

from agent_runtime.core.character import MOST_PROPS, Wardrobe
from agent_runtime.core.presence import Mood
from agent_runtime.core.scenery import LotStage
from agent_runtime.projection.scene import PLAIN_FACE, scene, scene_changed

NOW = 1_700_000_000.0
WARDROBE = Wardrobe(
    expressions={Mood.NEUTRAL: "faces/neutral.png", Mood.HAPPY: "faces/happy.png"},
    backgrounds={Mood.NEUTRAL: "rooms/hall.png", Mood.EXCITED: "rooms/crowd.png"},
    props={Mood.NEUTRAL: ("props/gavel.png",), Mood.HAPPY: (), Mood.EXCITED: ("props/gavel.png", "props/bell.png")},
)
STAGED = WARDROBE.model_copy(
    update={
        "backgrounds": {**WARDROBE.backgrounds, LotStage.SOLD: "rooms/applause.png"},
        "props": {
            **WARDROBE.props,
            LotStage.OPEN: ("props/lot.png",),
            LotStage.SOLD: ("props/ribbon.png", "props/gavel.png"),
        },
    }
)


def test_a_mood_wears_what_is_its_own():
    shown = scene("agent-1", WARDROBE, Mood.HAPPY, None, NOW, None)

    assert shown.agent_id == "agent-1"
    assert shown.current_expression == "faces/happy.png"
    assert shown.last_changed == datetime.fromtimestamp(NOW, UTC)


def test_what_a_mood_lacks_is_taken_from_neutral():
    happy, excited = (scene("a", WARDROBE, mood, None, NOW, None) for mood in (Mood.HAPPY, Mood.EXCITED))

    assert happy.background == "rooms/hall.png"
    assert excited.current_expression == "faces/neutral.png"
    assert excited.background == "rooms/crowd.png"
    assert excited.props == ("props/gavel.png", "props/bell.png")


def test_a_mood_may_put_all_props_away():
    assert scene("a", WARDROBE, Mood.HAPPY, None, NOW, None).props == ()


@pytest.mark.parametrize("mood", list(Mood))
def test_an_empty_wardrobe_still_has_a_face(mood):
    shown = scene("a", Wardrobe(), mood, None, NOW, None)

    assert shown.current_expression == PLAIN_FACE == "assets/character/expressions/neutral.png"
    assert shown.background is None
    assert shown.props == ()


def test_the_change_is_dated_when_something_changed_and_only_then():
    first = scene("a", WARDROBE, Mood.HAPPY, None, NOW, None)
    same = scene("a", WARDROBE, Mood.HAPPY, None, NOW + 60, first)
    other = scene("a", WARDROBE, Mood.EXCITED, None, NOW + 90, same)

    assert same is first
    assert other.last_changed == datetime.fromtimestamp(NOW + 90, UTC)


def test_two_moods_that_look_alike_are_no_change():
    first = scene("a", WARDROBE, Mood.CONCERNED, None, NOW, None)
    assert scene("a", WARDROBE, Mood.CURIOUS, None, NOW + 60, first) is first


def test_another_agent_s_scene_is_not_taken_over():
    first = scene("a", WARDROBE, Mood.HAPPY, None, NOW, None)
    assert scene("b", WARDROBE, Mood.HAPPY, None, NOW + 60, first).agent_id == "b"


def test_a_scene_changed_when_face_room_or_props_did():
    happy, later = (scene("a", WARDROBE, Mood.HAPPY, None, moment, None) for moment in (NOW, NOW + 60))

    assert scene_changed(None, happy)
    assert not scene_changed(happy, later)
    for change in ({"current_expression": "x.png"}, {"background": None}, {"props": ("y.png",)}):
        assert scene_changed(happy, happy.model_copy(update=change))


def test_a_background_of_the_lots_stage_goes_before_that_of_the_mood():
    sold = scene("a", STAGED, Mood.EXCITED, LotStage.SOLD, NOW, None)
    opened = scene("a", STAGED, Mood.EXCITED, LotStage.OPEN, NOW, sold)

    assert sold.background == "rooms/applause.png"
    assert sold.current_expression == "faces/neutral.png"
    assert opened.background == "rooms/crowd.png"


def test_props_of_the_stage_and_of_the_mood_are_there_together_and_each_once():
    assert scene("a", STAGED, Mood.NEUTRAL, LotStage.OPEN, NOW, None).props == ("props/lot.png", "props/gavel.png")
    assert scene("a", STAGED, Mood.HAPPY, LotStage.OPEN, NOW, None).props == ("props/lot.png",)
    excited = scene("a", STAGED, Mood.EXCITED, LotStage.SOLD, NOW, None)
    assert excited.props == ("props/ribbon.png", "props/gavel.png", "props/bell.png")


def test_there_are_never_more_props_than_fit_and_those_of_the_lot_stay():
    many = Wardrobe(
        props={
            Mood.NEUTRAL: tuple(f"m{number}.png" for number in range(MOST_PROPS)),
            LotStage.OPEN: ("lot.png", "stand.png"),
        }
    )
    props = scene("a", many, Mood.NEUTRAL, LotStage.OPEN, NOW, None).props
    assert len(props) == MOST_PROPS
    assert props[:3] == ("lot.png", "stand.png", "m0.png")


@pytest.mark.parametrize("lot_stage", list(LotStage))
def test_a_wardrobe_without_stages_looks_the_same_at_every_stage(lot_stage):
    plain = scene("a", WARDROBE, Mood.EXCITED, None, NOW, None)
    assert scene("a", WARDROBE, Mood.EXCITED, lot_stage, NOW + 5, plain) is plain


def test_a_stage_is_a_change_where_it_can_be_seen():
    before = scene("a", STAGED, Mood.HAPPY, LotStage.OPEN, NOW, None)
    assert scene("a", STAGED, Mood.HAPPY, LotStage.SOLD, NOW + 5, before).last_changed > before.last_changed
