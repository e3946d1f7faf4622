"""The benchmarks run and report; how fast anything was is not asserted here."""

import pytest
from click.testing import CliRunner
from pydantic_core import from_json

from benchmarks.__main__ import BENCHMARKS, main, measured
from benchmarks.figures import BRIEF, Aim, Figure, percentile


@pytest.mark.parametrize("name", [name for name in BENCHMARKS if name != "replay"])
async def test_a_benchmark_gives_figures_with_a_floor(name: str) -> None:
    figures = await measured((name,), BRIEF)

    assert figures
    assert all(each.ours > 0 and each.floor > 0 for each in figures)


def test_figures_are_printed_as_json() -> None:
    printed = CliRunner().invoke(main, ["replay", "--brief", "-o", "json"])

    (figure,) = from_json(printed.stdout)
    assert figure["ratio"] == pytest.approx(figure["ours"] / figure["floor"])


def test_an_aim_is_met_up_to_its_limit() -> None:
    figure = Figure("turn", "a turn", "ms", ours=3.0, floor=2.0, aim=Aim("ratio", 1.5))

    assert figure.is_met
    assert Figure("turn", "a turn", "ms", ours=3.01, floor=2.0, aim=Aim("ratio", 1.5)).is_met is False
    assert Figure("start", "ready", "s", ours=1.6, floor=0.1, aim=Aim("ours", 1.5)).is_met is False
    assert Figure("start", "ready", "s", ours=1.6, floor=0.1).is_met is None


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0
    assert percentile([], 0.5) == 0.0
