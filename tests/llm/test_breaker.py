"""A model that keeps failing is left alone for a while, tried once, and taken back when it answers."""

import pytest

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import ModelFailed
from agent_runtime.llm.breaker import Breaker, Breakers

DOWN = ModelFailed("unreachable", "nobody there")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1000.0)


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker(clock)


def call(breaker: Breaker, *, is_good: bool) -> None:
    is_trial = breaker.begins()
    breaker.succeeded() if is_good else breaker.failed(DOWN, is_trial=is_trial)
    breaker.left(is_trial=is_trial)


def opened(breaker: Breaker) -> Breaker:
    for _ in range(5):
        call(breaker, is_good=False)
    return breaker


def test_five_failures_in_a_row_open_it(breaker: Breaker) -> None:
    for _ in range(4):
        call(breaker, is_good=False)
    assert (breaker.state, breaker.admits) == ("closed", True)
    call(breaker, is_good=False)
    assert (breaker.state, breaker.admits, breaker.wait_s) == ("open", False, 10.0)
    assert breaker.cause is DOWN


def test_failures_with_a_success_between_do_not(breaker: Breaker) -> None:
    for number in range(9):
        call(breaker, is_good=number == 4)
    assert breaker.state == "closed"


def test_half_of_ten_open_it(breaker: Breaker) -> None:
    for number in range(9):
        call(breaker, is_good=number % 2 == 1)
    assert breaker.state == "closed"
    call(breaker, is_good=False)
    assert breaker.state == "open"


def test_failures_of_long_ago_do_not_count(breaker: Breaker, clock: ManualClock) -> None:
    for number in range(20):
        clock.move_to(1000.0 + 8 * number)
        call(breaker, is_good=False)
    assert breaker.state == "closed"


def test_after_the_pause_one_call_tries_and_the_others_wait_for_it(breaker: Breaker, clock: ManualClock) -> None:
    opened(breaker)
    clock.move_to(1010.0)
    assert (breaker.state, breaker.admits) == ("half-open", True)
    is_trial = breaker.begins()
    assert (is_trial, breaker.admits) == (True, False)
    breaker.succeeded()
    breaker.left(is_trial=is_trial)
    assert (breaker.state, breaker.admits, breaker.cause) == ("closed", True, None)
    call(breaker, is_good=False)
    assert breaker.state == "closed"


def test_every_failed_trial_doubles_the_pause_up_to_two_minutes(breaker: Breaker, clock: ManualClock) -> None:
    opened(breaker)
    waits = []
    for _ in range(6):
        clock.move_to(clock.monotonic() + breaker.wait_s)
        call(breaker, is_good=False)
        waits.append(breaker.wait_s)
    assert waits == [20.0, 40.0, 80.0, 120.0, 120.0, 120.0]


def test_a_trial_that_nobody_waited_for_makes_room_for_another(breaker: Breaker, clock: ManualClock) -> None:
    opened(breaker)
    clock.move_to(1010.0)
    breaker.left(is_trial=breaker.begins())
    assert breaker.admits


def test_a_call_of_before_neither_prolongs_the_pause_nor_ends_a_trial(breaker: Breaker, clock: ManualClock) -> None:
    of_before = breaker.begins()
    opened(breaker)
    breaker.failed(DOWN, is_trial=of_before)
    assert breaker.wait_s == 10.0
    clock.move_to(1010.0)
    breaker.begins()
    breaker.left(is_trial=of_before)
    assert not breaker.admits


def test_one_failure_is_enough_where_another_model_waits(breaker: Breaker) -> None:
    breaker.failed(DOWN, at_once=True)
    assert breaker.state == "open"


def test_of_very_many_models_the_one_called_longest_ago_is_forgotten(clock: ManualClock) -> None:
    breakers = Breakers(clock)
    first = opened(breakers.of("here", "first"))
    for number in range(255):
        breakers.of("here", str(number))
    assert breakers.of("here", "first") is first
    for number in range(300):
        breakers.of("here", str(number))
    assert breakers.of("here", "first").state == "closed"
    assert breakers.of("there", "first") is not breakers.of("here", "first")
