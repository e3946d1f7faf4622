"""Two transcripts side by side: lines of one moment in one row, wrapped by words into two columns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap

import click

from agent_runtime.core.clock import iso, utc
from agent_runtime.core.line import Line

_STAMP = 24
_GAP = "  "
_NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """What two characters said at one moment (epoch seconds); None for one that was silent."""

    at: float
    a: Line | None
    b: Line | None


def rows(a: Iterable[Line], b: Iterable[Line]) -> Iterator[Row]:
    """The lines of both in the order of their moments, those of the same millisecond beside each other."""
    moments: defaultdict[int, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for side, lines in enumerate((a, b)):
        for line in lines:
            moments[int(line.at * 1000)][side].append(line)
    for _, (left, right) in sorted(moments.items()):
        moment = (left or right)[0].at
        yield from (Row(moment, *pair) for pair in zip_longest(left, right))


@dataclass(frozen=True)
class Columns:
    """Two columns as wide as fit into `width` characters, but never narrower than forty each."""

    width: int

    @property
    def column(self) -> int:
        """The width of one."""
        return max(_NARROWEST, (self.width - _STAMP) // 2 - len(_GAP))

    def heading(self, a: str, b: str) -> str:
        """Whose lines they are."""
        return click.style(self._text("", a, b), bold=True)

    def row(self, row: Row) -> str:
        """One row, of as many lines as its longer side needs."""
        return self._text(iso(utc(row.at)), row.a.text if row.a else "", row.b.text if row.b else "")

    def _text(self, stamp: str, a: str, b: str) -> str:
        sides = (wrap(text, self.column) for text in (a, b))
        lines = [
            f"{head:{_STAMP}}{_GAP}{left:{self.column}}{_GAP}{right}".rstrip()
            for head, left, right in zip_longest([stamp], *sides, fillvalue="")
        ]
        return "\n".join(lines)
