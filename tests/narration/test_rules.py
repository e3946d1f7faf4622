"""The arithmetic of when to speak."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.domain import Cue, Rank
from agent_runtime.core.money import Money
from agent_runtime.narration.rules import (
    Pacing,
    keeps_promise,
    passes_freely,
    press_at,
    score,
    silence_until,
    threshold,
    word_count,
)

PACING = Pacing()


def cue(rank: Rank, family: str = "bid", **more: object) -> Cue:
    return Cue(family, rank, "lot-1", "event-1", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rank", "base", "valid_s"),
    [(Rank.CRITICAL, 100, 30), (Rank.HIGH, 70, 5), (Rank.MEDIUM, 50, 6), (Rank.LOW, 25, 3), (Rank.COLOUR, 10, 20)],
)
def test_a_class_is_worth_its_base_and_half_of_it_after_its_time(rank: Rank, base: float, valid_s: float) -> None:
    assert score(PACING, cue(rank), race=0, age_s=0, repeats=0) == base
    assert score(PACING, cue(rank), race=0, age_s=valid_s, repeats=0) == pytest.approx(base / 2)


def test_a_jump_a_race_and_a_milestone_add_to_the_worth_and_repetition_takes_from_it() -> None:
    rich = cue(Rank.MEDIUM, jump=0.5, milestone=Money(100, "USD"))  # type: ignore[arg-type]
    assert score(PACING, rich, race=0.5, age_s=0, repeats=0) == pytest.approx(50 * (1 + 0.3 + 0.4 + 0.4))
    repeated = [score(PACING, cue(Rank.LOW), race=0, age_s=0, repeats=n) for n in range(6)]
    assert repeated == pytest.approx([25, 20, 16, 12.8, 12.5, 12.5])


@given(st.floats(0, 1000))
def test_the_threshold_falls_from_32_to_4_with_silence(silence: float) -> None:
    assert threshold(PACING, silence) == pytest.approx(4 + 28 * exp(-silence / 6))
    assert 4 <= threshold(PACING, silence) <= 32


@given(st.floats(4.001, 200))
def test_a_line_is_worth_saying_after_exactly_the_silence_the_rule_gives(worth: float) -> None:
    silence = silence_until(PACING, worth)
    assert threshold(PACING, silence) <= worth + 1e-9
    assert silence == 0 or threshold(PACING, silence) == pytest.approx(worth)


def test_below_the_floor_no_silence_is_long_enough() -> None:
    assert silence_until(PACING, 4.0) == float("inf")


def test_outcomes_corrections_and_openings_pass_everything_and_nothing_else_does() -> None:
    assert all(passes_freely(cue(Rank.CRITICAL, family)) for family in ("outcome", "correction"))
    assert passes_freely(cue(Rank.HIGH, "open"))
    assert not any(passes_freely(cue(rank, "closing")) for rank in list(Rank)[1:])


def test_one_mouth_keeps_the_promise_for_three_subjects_and_says_so_of_four() -> None:
    assert [keeps_promise(PACING, subjects) for subjects in (1, 2, 3, 4, 20)] == [True, True, True, False, False]
    starts = [press_at(PACING, 0.0, subjects) + (subjects - 1) * PACING.turn_s for subjects in (1, 2, 3)]
    assert starts == pytest.approx([4.5, 4.5, 4.5])
    assert press_at(PACING, 7.0, 20) == 7.0


def test_words_are_counted_as_a_speaker_does() -> None:
    assert word_count("Sold: Salt Ledger,  for $1,250.") == 5
