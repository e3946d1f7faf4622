"""Durations kept as plain numbers."""

from agent_runtime.core.measures import Histogram


def test_a_duration_counts_under_the_first_bound_it_does_not_exceed() -> None:
    kept = Histogram((0.1, 1.0))
    for seconds in (0.0, 0.1, 0.2, 1.0, 7.0):
        kept.observe(seconds)
    assert kept.counts == [2, 2, 1]
    assert abs(kept.total - 8.3) < 1e-9


def test_a_duration_below_nothing_counts_as_nothing() -> None:
    kept = Histogram((0.1, 1.0))
    kept.observe(-3600.0)
    assert (kept.counts, kept.total) == ([1, 0, 0], 0.0)
