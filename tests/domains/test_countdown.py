"""The countdown: calls at 60, 30 and 10 seconds, once each a lot, and extensions told once."""

import pytest

from tests.domains.streams import Engine, Fold, moment


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_closing_calls_come_at_60_30_and_10_and_no_other_tick_is_one(engine: Engine) -> None:
    fold = Fold().take(engine.start())
    fold.take(*(engine.timer(float(second), 65.0 - second) for second in range(65)))
    assert fold.cues() == ["open", "closing", "closing", "closing_last"]
    called_at = [65 - n for n, meaning in enumerate(fold.appraisals[1:]) if meaning.cues]
    assert called_at == [60, 30, 10]


def test_calls_are_made_once_even_after_an_extension(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.timer(0, 60), engine.timer(30, 30), engine.timer(50, 10))
    fold.take(
        engine.timer(58, 60, extensions=1), engine.timer(88, 30, extensions=1), engine.timer(108, 10, extensions=1)
    )
    assert fold.cues() == ["open", "closing", "closing", "closing_last", "extended"]


def test_a_call_that_was_still_to_come_is_made_after_an_extension(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.timer(0, 60), engine.timer(30, 30))
    fold.take(engine.timer(35, 40, extensions=1), engine.timer(65, 10, extensions=1))
    assert fold.cues() == ["open", "closing", "closing", "extended", "closing_last"]


def test_an_extension_that_leaves_ten_seconds_is_told_before_the_last_call(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.timer(0, 10, extensions=1), engine.timer(3, 7, extensions=1))
    assert fold.cues() == ["open", "extended", "closing_last"]


def test_a_countdown_first_heard_below_ten_seconds_is_the_last_call(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.timer(0, 8), engine.timer(1, 7))
    assert fold.cues() == ["open", "closing_last"]


def test_zero_seconds_left_is_no_call(engine: Engine) -> None:
    assert Fold().take(engine.start(), engine.timer(5, 0)).cues() == ["open"]


@pytest.mark.parametrize("tick_first", [True, False])
def test_an_extension_is_told_once_whichever_of_its_two_events_comes_first(engine: Engine, tick_first: bool) -> None:
    events = [engine.timer(50, 20, extensions=1), engine.event("extended", 50, extendedEndTime=moment(70))]
    fold = Fold().take(engine.start(), *(events if tick_first else reversed(events)))
    assert fold.cues() == ["open", "extended"]
    assert fold.at(51).countdown.ends_at == pytest.approx(70)


def test_two_extensions_are_told_twice(engine: Engine) -> None:
    fold = Fold().take(engine.start())
    for number, at in enumerate((50.0, 65.0), start=1):
        fold.take(engine.event("extended", at), engine.timer(at, 20, extensions=number))
    assert fold.cues() == ["open", "extended", "extended"]


@pytest.mark.parametrize(("sent", "kept"), [(-5, 0), (1e308, 366 * 24 * 3600), (12.5, 12.5)])
def test_the_time_left_is_held_within_reason(engine: Engine, sent: float, kept: float) -> None:
    fold = Fold().take(engine.start(), engine.timer(5, sent))
    assert fold.at(5).countdown.ends_at == 5 + kept
