"""What a benchmark reports: figures with their floor, as a table for people or as JSON."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic_core import to_json

_ROW = "{:19} {:48} {:>8} {:>8} {:3} {:>7}  {}"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: `rounds` of floor and ours, each of about `seconds`; `events` to replay.

    `clients` is how many talk at once, one number after the other, `messages` the length of a long session.
    """

    rounds: int
    seconds: float
    events: int
    clients: tuple[int, ...]
    messages: int


FULL = Effort(rounds=3, seconds=1.0, events=20_000, clients=(1, 16, 64), messages=5_000)
BRIEF = Effort(rounds=1, seconds=0.2, events=1_000, clients=(4,), messages=200)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure, its ratio to the floor, or what it adds to it, should be at most."""

    of: Literal["ours", "ratio", "added"]
    at_most: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured, ours and the floor's, in `unit`."""

    benchmark: str
    what: str
    unit: str
    ours: float
    floor: float
    aim: Aim | None = None

    @property
    def ratio(self) -> float:
        """Ours to the floor."""
        return self.ours / self.floor if self.floor else float("nan")

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is reached; None without an aim."""
        if self.aim is None:
            return None
        match self.aim.of:
            case "ours":
                return self.ours <= self.aim.at_most
            case "ratio":
                return self.ratio <= self.aim.at_most
            case "added":
                return self.ours - self.floor <= self.aim.at_most


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all lie at or below; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def median(values: Iterable[float]) -> float:
    """The middle of several rounds."""
    return statistics.median(values)


def print_table(figures: Iterable[Figure]) -> None:
    """For people."""
    print(_ROW.format("", "", "ours", "floor", "", "ratio", "aim"))
    last = ""
    for each in figures:
        name, last = each.benchmark if each.benchmark != last else "", each.benchmark
        ratio = f"{each.ratio:.2f}"
        print(
            _ROW.format(name, each.what, _short(each.ours), _short(each.floor), each.unit, ratio, _aimed(each)).rstrip()
        )


def print_json(figures: Iterable[Figure]) -> None:
    """For machines: one array."""
    shown = [
        {
            "benchmark": each.benchmark,
            "what": each.what,
            "unit": each.unit,
            "ours": each.ours,
            "floor": each.floor,
            "ratio": each.ratio,
            "aim": {"of": each.aim.of, "at_most": each.aim.at_most} if each.aim else None,
            "is_met": each.is_met,
        }
        for each in figures
    ]
    print(to_json(shown, indent=2).decode())


def _aimed(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    what = {"ours": "", "ratio": "ratio ", "added": "added "}[figure.aim.of]
    return f"{what}≤ {figure.aim.at_most:g} {'met' if figure.is_met else 'MISSED'}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
