"""Buckets: so many at once, so many a minute, for each name by itself, and never more names than are held."""

import pytest

from agent_runtime.web.rates import Buckets


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_is_let_through_and_then_one_at_a_time() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=60, burst=3, now=clock)
    assert [buckets.take("ada") for _ in range(5)] == [0, 0, 0, 1, 1]
    clock.at += 0.5
    assert buckets.take("ada") == 1
    clock.at += 0.5
    assert [buckets.take("ada"), buckets.take("ada")] == [0, 1]
    clock.at += 3600
    assert [buckets.take("ada") for _ in range(4)] == [0, 0, 0, 1]


def test_the_wait_is_as_long_as_it_takes() -> None:
    buckets = Buckets(per_minute=2, burst=1, now=Clock())
    assert [buckets.take("ada") for _ in range(3)] == [0, 30, 30]


def test_others_do_not_notice() -> None:
    buckets = Buckets(per_minute=1, burst=1, now=Clock())
    assert [buckets.take(name) for name in ("ada", "ada", "bob")] == [0, 60, 0]


@pytest.mark.parametrize("times", [1, 1000])
def test_zero_is_no_limit(times: int) -> None:
    buckets = Buckets(per_minute=0, burst=1, now=Clock())
    assert {buckets.take("ada") for _ in range(times)} == {0}


def test_only_the_names_that_asked_last_are_held() -> None:
    buckets = Buckets(per_minute=1, burst=1, now=Clock(), most=2)
    for name in ("ada", "bob", "cyd"):
        assert buckets.take(name) == 0
    assert (buckets.take("bob"), buckets.take("cyd"), buckets.take("ada")) == (60, 60, 0)
