"""What a mood promises whatever happens: bounds, fading, rest, and the same mood from the same events."""

from datetime import timedelta
from math import dist

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.core.character import Character, Temper, Traits
from agent_runtime.core.domain import Feeling, Tension
from agent_runtime.core.presence import Mood
from agent_runtime.projection import mood
from agent_runtime.projection.emotions import EMOTIONS
from tests.projection.temperaments import START, named_temperaments

CALM = (0.0, 0.0, 0.0)

trait = st.floats(-1, 1)
traits = st.builds(Traits, **dict.fromkeys(Traits.model_fields, trait))
half_life = st.floats(0.1, 86_400).map(lambda seconds: timedelta(seconds=seconds))
tempers = st.builds(Temper, emotion_half_life=half_life, mood_half_life=half_life, expressiveness=st.floats(0, 3))
temperaments = st.builds(lambda t, m: mood.temperament(Character(name="Anyone", traits=t, mood=m)), traits, tempers)
feelings = st.builds(Feeling, st.sampled_from(sorted(EMOTIONS)), st.floats(0, 1))
events = st.lists(st.tuples(st.floats(0, 600), st.lists(feelings, max_size=3)), max_size=20)
tensions = st.builds(Tension, st.floats(0, 10_000), st.floats(0, 1), st.floats(0, 1))


def lived(temperament, story, *, looks=0):
    """The affect after a story of (seconds since the last event, feelings), looked at between the events."""
    affect, now = mood.calm(temperament, START), START
    for number, (pause, felt) in enumerate(story):
        for look in range(looks):
            affect = mood.settled(affect, temperament, now + pause * look / looks)
        now += pause
        affect = mood.feel(affect, felt, temperament, now, f"event {number}")
    return affect


@given(temperaments, events, tensions)
def test_a_mood_stays_inside_its_bounds_for_ever(temperament, story, tension):
    affect = lived(temperament, story * 3)

    for part in (*affect.e, *affect.m, *mood.felt(affect, temperament, tension)):
        assert -1 <= part <= 1


def test_ten_thousand_of_one_event_in_a_moment_do_not_leave_the_bounds():
    for emotion in EMOTIONS:
        temperament = named_temperaments()["auctioneer"]
        affect = mood.feel(mood.calm(temperament, START), [Feeling(emotion, 1.0)] * 10_000, temperament, START, "x")
        assert all(-1 <= part <= 1 for part in (*affect.e, *affect.m))


@given(temperaments, events, st.floats(0.001, 3600))
@settings(max_examples=25)
def test_a_thousand_small_decays_equal_one_large(temperament, story, seconds):
    affect = lived(temperament, story)

    at_once = mood.decayed(affect, temperament, affect.at + seconds)
    in_steps = affect
    for step in range(1, 1001):
        in_steps = mood.decayed(in_steps, temperament, affect.at + seconds * step / 1000)

    assert dist(at_once.e, in_steps.e) < 1e-12
    assert dist(at_once.m, in_steps.m) < 1e-12


@given(temperaments, events)
def test_left_alone_it_returns_to_its_baseline_and_is_called_neutral(temperament, story):
    affect = lived(temperament, story)
    later = affect.at + 60 * max(temperament.emotion_half_life, temperament.mood_half_life)

    rested = mood.decayed(mood.settled(affect, temperament, later), temperament, later)

    assert dist(rested.e, CALM) < 1e-12
    assert dist(rested.m, temperament.baseline) < 1e-12
    assert rested.label is Mood.NEUTRAL
    assert mood.next_change(rested, temperament, later) is None


@given(temperaments, events, st.integers(1, 4))
def test_the_same_events_in_the_same_order_give_the_same_mood_however_often_one_looks(temperament, story, looks):
    unwatched, watched = lived(temperament, story), lived(temperament, story, looks=looks)

    assert (unwatched.e, unwatched.m, unwatched.at) == (watched.e, watched.m, watched.at)
    assert (unwatched.label, unwatched.previous) == (watched.label, watched.previous)
    assert unwatched.version == watched.version


def test_another_order_gives_another_mood():
    temperament = named_temperaments()["neutral"]
    calm = mood.calm(temperament, START)
    joy, anger = Feeling("joy", 1.0), Feeling("anger", 1.0)

    assert (
        mood.feel(calm, [joy, anger], temperament, START, "x").e
        != mood.feel(calm, [anger, joy], temperament, START, "x").e
    )


def test_an_event_moves_the_emotion_fully_and_the_mood_by_a_fifth():
    temperament = named_temperaments()["neutral"]

    affect = mood.feel(mood.calm(temperament, START), [Feeling("joy", 0.5)], temperament, START, "x")

    assert dist(affect.e, (0.2, 0.1, 0.05)) < 1e-12
    assert dist(affect.m, (0.04, 0.02, 0.01)) < 1e-12


def test_an_emotion_halves_in_fifteen_seconds_and_a_mood_in_four_minutes():
    temperament = named_temperaments()["neutral"]
    affect = mood.feel(mood.calm(temperament, START), [Feeling("joy", 0.5)], temperament, START, "x")

    assert dist(mood.decayed(affect, temperament, START + 15).e, (0.1, 0.05, 0.025)) < 1e-12
    assert dist(mood.decayed(affect, temperament, START + 240).m, (0.02, 0.01, 0.005)) < 1e-12


def test_the_baseline_follows_the_five_factors():
    assert dist(named_temperaments()["auctioneer"].baseline, (0.442, 0.066, 0.503)) < 1e-12
    assert mood.baseline(Traits()) == CALM


def test_extreme_traits_still_rest_inside_the_bounds():
    extreme = Traits(openness=1, conscientiousness=1, extraversion=1, agreeableness=-1, stability=-1)
    assert mood.baseline(extreme)[2] == 1.0


def test_a_tense_room_stirs_and_never_calms():
    temperament = named_temperaments()["critic"]
    calm = mood.calm(temperament, START)
    quiet = mood.felt(calm, temperament, Tension())
    race = mood.felt(calm, temperament, Tension(pace=40, rivalry=1, urgency=1))

    assert race[1] > quiet[1] + 0.5
    assert (race[0], race[2]) == (quiet[0], quiet[2])


def test_a_clock_that_steps_back_changes_nothing():
    temperament = named_temperaments()["neutral"]
    affect = mood.feel(mood.calm(temperament, START), [Feeling("joy", 0.5)], temperament, START, "x")

    assert mood.decayed(affect, temperament, START - 60) == affect
    assert mood.feel(affect, [Feeling("joy", 0.5)], temperament, START - 60, "y").at == START


def test_emotions_that_nobody_knows_and_events_without_feelings_move_nothing():
    temperament = named_temperaments()["neutral"]
    calm = mood.calm(temperament, START)

    assert mood.feel(calm, [Feeling("schadenfreude", 1.0)], temperament, START + 5, "x") == calm
    assert mood.feel(calm, [], temperament, START + 5, "x") == calm


def test_a_character_file_can_change_what_an_emotion_does_to_it():
    cold = Character(name="Cold", mood=Temper(emotions={"joy": (0.0, 0.0, 0.0), "schadenfreude": (0.5, 0.5, 0.5)}))
    temperament = mood.temperament(cold)
    calm = mood.calm(temperament, START)

    assert mood.feel(calm, [Feeling("joy", 1.0)], temperament, START, "x").e == CALM
    assert mood.feel(calm, [Feeling("schadenfreude", 1.0)], temperament, START, "x").e == (0.5, 0.5, 0.5)


@given(temperaments, events)
def test_what_is_kept_comes_back_to_the_last_bit(temperament, story):
    affect = lived(temperament, story)
    assert mood.from_json(mood.to_json(affect)) == affect


@given(st.binary(max_size=200))
def test_bytes_that_are_no_affect_read_as_none(noise):
    assert mood.from_json(noise) is None


def test_numbers_out_of_bounds_read_as_none():
    kept = mood.to_json(mood.calm(named_temperaments()["neutral"], START))

    assert mood.from_json(kept) is not None
    assert mood.from_json(kept.replace(b'"e":[0.0', b'"e":[1.5')) is None
    assert mood.from_json(kept.replace(b'"e":[0.0', b'"e":[NaN')) is None
    assert mood.from_json(kept.replace(b"NEUTRAL", b"SMUG")) is None
    assert mood.from_json(kept.replace(b'"since":', b'"since":1e300,"was":')) is None
