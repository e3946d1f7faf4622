"""Which name a mood has: the platform's table for every temperament, and when fading changes it."""

from itertools import pairwise
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.domain import Feeling
from agent_runtime.core.presence import Mood
from agent_runtime.projection import labels, mood
from agent_runtime.projection.emotions import EMOTIONS
from tests.projection.temperaments import START, TRAITS, after, named_temperaments
from tests.projection.test_mood import events, lived, temperaments

PLACED = "excitement .3"
ACCEPTED = "joy .3"
LAGS = (0.0, 0.3, 1.0, 3.0)


@pytest.fixture(params=sorted(TRAITS))
def temperament(request):
    return named_temperaments()[request.param]


@pytest.mark.parametrize("intensity", [0.3, 0.25, 0.2, 0.15])
def test_a_new_bid_is_exciting(temperament, intensity):
    assert after(temperament, (0, f"excitement {intensity}")).label is Mood.EXCITED
    assert after(temperament, (0, "hope .3"), (10, f"excitement {intensity}")).label is Mood.EXCITED


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("intensity", [0.3, 0.25, 0.2, 0.15])
def test_an_accepted_bid_is_happy(temperament, intensity, lag):
    placed, accepted = f"excitement {intensity}", f"joy {intensity}"

    assert after(temperament, (0, placed), (lag, accepted)).label is Mood.HAPPY
    assert after(temperament, (0, placed), (lag, f"joy {max(0.2, intensity)}")).label is Mood.HAPPY


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("wait", [2, 10, 60])
@pytest.mark.parametrize("intensity", [0.3, 0.25, 0.2])
def test_the_first_bid_after_an_opening_excites_and_then_pleases(temperament, intensity, wait, lag):
    placed, accepted = f"excitement {intensity}", f"joy {intensity}"

    assert after(temperament, (0, "hope .3"), (wait, placed)).label is Mood.EXCITED
    assert after(temperament, (0, "hope .3"), (wait, placed), (lag, accepted)).label is Mood.HAPPY


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("jump", [0.4, 0.58, 1.0])
def test_a_jump_is_a_surprise(temperament, jump, lag):
    assert after(temperament, (0, PLACED), (lag, f"admiration {jump}")).label is Mood.SURPRISED
    assert after(temperament, (0, PLACED), (lag, f"{ACCEPTED}, admiration {jump}")).label is Mood.SURPRISED
    assert after(temperament, (0, PLACED), (lag, ACCEPTED), (0, f"admiration {jump}")).label is Mood.SURPRISED


@pytest.mark.parametrize("won", ["satisfaction .4", "satisfaction .4, gratification 1", "gratification .58"])
def test_a_sale_is_happy_and_intensely_so(temperament, won):
    for story in ([(0, won)], [(0, PLACED), (0.3, ACCEPTED), (5, won)], [(0, "hope .3"), (60, won)]):
        affect = after(temperament, *story)
        shown = mood.agent_mood(affect, "a", temperament, affect.at)
        assert shown.current_mood is Mood.HAPPY
        assert shown.intensity >= 50


def test_a_sale_after_a_busy_lot_is_happy_and_intensely_so(temperament):
    affect = after(temperament, *[(3, PLACED), (0.3, ACCEPTED)] * 10, (12, "satisfaction .4"))

    assert affect.label is Mood.HAPPY
    assert mood.agent_mood(affect, "a", temperament, affect.at).intensity >= 50


def test_a_long_silence_with_an_open_lot_is_curious(temperament):
    for story in ([], [(0, "hope .3")], [(0, PLACED), (1, ACCEPTED)], [(0, PLACED), (1, ACCEPTED)] * 2):
        assert after(temperament, *story, (25, "curiosity .5")).label is Mood.CURIOUS


@pytest.mark.parametrize("lag", LAGS)
def test_a_rejected_bid_is_a_concern(temperament, lag):
    assert after(temperament, (0, "reproach .5")).label is Mood.CONCERNED
    assert after(temperament, (0, PLACED), (lag, "reproach .5")).label is Mood.CONCERNED
    assert after(temperament, (0, "hope .3"), (5, PLACED), (lag, "reproach .5")).label is Mood.CONCERNED


@pytest.mark.parametrize("emotion", ["anger .3", "fear .25", "fear .1"])
def test_abuse_and_a_clock_that_runs_out_are_a_concern(temperament, emotion):
    assert after(temperament, (0, emotion)).label is Mood.CONCERNED


@pytest.mark.parametrize("intensity", [0.24, 0.3, 0.8])
@pytest.mark.parametrize("wait", [20, 60, 300])
def test_a_lot_without_bids_is_a_disappointment(temperament, intensity, wait):
    passed = f"disappointment {intensity}"

    assert after(temperament, (0, passed)).label is Mood.DISAPPOINTED
    assert after(temperament, (0, "hope .3"), (wait, passed)).label is Mood.DISAPPOINTED
    assert after(temperament, (0, "hope .3"), (25, "curiosity .5"), (wait, passed)).label is Mood.DISAPPOINTED


def test_a_lost_feed_worries_or_disappoints_until_it_is_forgotten(temperament):
    affect = after(temperament, (0, "distress .3"))
    assert affect.label in {Mood.CONCERNED, Mood.DISAPPOINTED}

    change = mood.next_change(affect, temperament, affect.at)
    while change is not None:
        affect = mood.settled(affect, temperament, change)
        assert affect.label in {Mood.CONCERNED, Mood.DISAPPOINTED, Mood.NEUTRAL}
        change = mood.next_change(affect, temperament, change)
    assert affect.label is Mood.NEUTRAL


def test_an_opened_lot_makes_curious(temperament):
    assert after(temperament, (0, "hope .3")).label is Mood.CURIOUS


@pytest.mark.parametrize("emotion", sorted(EMOTIONS))
def test_whatever_happened_it_is_neutral_again_when_left_alone(temperament, emotion):
    affect = after(temperament, (0, f"{emotion} 1"))
    left_alone = mood.settled(affect, temperament, START + 3600)

    assert left_alone.label is Mood.NEUTRAL
    assert mood.agent_mood(left_alone, "a", temperament, START + 3600).intensity == 0


@given(temperaments, events)
def test_the_next_change_is_the_moment_at_which_the_name_changes(temperament, story):
    affect = lived(temperament, story)
    change = mood.next_change(affect, temperament, affect.at)

    if change is None:
        assert affect.label is Mood.NEUTRAL
        return
    assert mood.settled(affect, temperament, change).label is not affect.label
    for share in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.0):
        moment = affect.at + (change - 0.01 - affect.at) * share
        if moment >= affect.at:
            assert labels.named(_deviation(affect, temperament, moment), affect.label) is affect.label


@given(temperaments, events, st.floats(0, 3600))
def test_the_next_change_lies_ahead_and_each_change_is_found_once(temperament, story, pause):
    affect = lived(temperament, story)
    now = affect.at + pause
    affect = mood.settled(affect, temperament, now)
    changes = [now]
    while (change := mood.next_change(affect, temperament, changes[-1])) is not None:
        affect = mood.settled(affect, temperament, change)
        assert affect.since == change
        changes.append(change)
        assert len(changes) < 12
    assert all(earlier < later for earlier, later in pairwise(changes))


def test_looking_late_finds_the_change_at_the_moment_it_happened():
    temperament = named_temperaments()["neutral"]
    affect = after(temperament, (0, PLACED))
    change = mood.next_change(affect, temperament, START)

    late = mood.settled(affect, temperament, START + 7200)

    assert late.since == change
    assert late.previous is Mood.EXCITED
    assert (late.e, late.m, late.at) == (affect.e, affect.m, affect.at)


def test_a_name_that_came_and_went_between_two_looks_is_found():
    temperament = named_temperaments()["neutral"]
    sore = mood.Affect((0.14, 0.0, 0.0), (-0.3, 0.0, 0.0), START, 7, Mood.NEUTRAL, None, START, ())

    change = mood.next_change(sore, temperament, START)
    hours_later = mood.settled(sore, temperament, START + 7200)

    assert mood.settled(sore, temperament, change).label not in {Mood.NEUTRAL, Mood.HAPPY}
    assert hours_later.label is Mood.NEUTRAL
    assert hours_later.version > sore.version + 1


def test_small_pushes_around_the_threshold_do_not_make_the_name_flap(temperament):
    affect, now, names = after(temperament, (0, "anger .3")), START, []
    for _ in range(600):
        now += 1.0
        affect = mood.feel(affect, [Feeling("fear", 0.01)], temperament, now, "tick")
        names.append(affect.label)

    assert sum(one is not other for one, other in pairwise(names)) <= 1


def test_bids_in_quick_succession_do_not_make_the_name_flap(temperament):
    affect, now, names = mood.calm(temperament, START), START, []
    for number in range(200):
        now += 0.05
        emotion = "joy" if number % 2 else "excitement"
        affect = mood.feel(affect, [Feeling(emotion, 0.15)], temperament, now, "bid")
        names.append(affect.label)

    assert sum(one is not other for one, other in pairwise(names)) <= 4


def test_a_name_is_given_up_only_for_a_clearly_nearer_one():
    between = _edge("excitement", "joy")

    assert labels.named(between, Mood.EXCITED) is Mood.EXCITED
    assert labels.named(between, Mood.HAPPY) is Mood.HAPPY


def test_neutral_is_left_later_than_it_is_entered():
    def along(length):
        return (0.0, length, 0.0)

    assert labels.named(along(0.15), Mood.NEUTRAL) is Mood.NEUTRAL
    assert labels.named(along(0.19), Mood.NEUTRAL) is Mood.EXCITED
    assert labels.named(along(0.11), Mood.EXCITED) is Mood.EXCITED
    assert labels.named(along(0.09), Mood.EXCITED) is Mood.NEUTRAL


def test_the_contract_sees_name_intensity_cause_and_since_when():
    temperament = named_temperaments()["auctioneer"]
    affect = after(temperament, *[(1, f"joy .{number}") for number in range(1, 8)])

    shown = mood.agent_mood(affect, "agent-1", temperament, affect.at + 1)

    assert shown.agent_id == "agent-1"
    assert shown.current_mood is Mood.HAPPY
    assert shown.previous_mood is Mood.NEUTRAL
    assert 0 < shown.intensity <= 100
    assert shown.triggers == tuple(f"joy .{number}" for number in range(3, 8))
    assert shown.mood_start_time.timestamp() == affect.since


def test_one_cause_is_named_once_and_the_latest_last():
    affect = after(named_temperaments()["neutral"], (0, "joy .3"), (1, "anger .3"), (1, "joy .3"))
    assert affect.triggers == ("anger .3", "joy .3")


def test_intensity_fades_between_events():
    temperament = named_temperaments()["neutral"]
    affect = after(temperament, (0, "joy 1"))

    shown = [mood.agent_mood(affect, "a", temperament, START + seconds).intensity for seconds in (0, 10, 30, 90)]

    assert shown == sorted(shown, reverse=True)
    assert shown[0] == 100
    assert shown[-1] < 30


def _deviation(affect, temperament, moment):
    left = mood.decayed(affect, temperament, moment)
    return tuple(
        labels.EMOTION_WEIGHT * e + m - b for e, m, b in zip(left.e, left.m, temperament.baseline, strict=True)
    )


def _edge(one, other):
    """A deviation between two emotions of different names, found by halving the way, that has either name."""
    low, high = EMOTIONS[one], EMOTIONS[other]
    name = labels.named(low, Mood.NEUTRAL)
    while dist(low, high) > 1e-9:
        middle = tuple((a + b) / 2 for a, b in zip(low, high, strict=True))
        low, high = (middle, high) if labels.named(middle, Mood.NEUTRAL) is name else (low, middle)
    return low
