"""What a replay came to: lines, how different they are, and how many bids one line stood for."""

import resource
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent_runtime.core.line import Line

_WINDOW = 100


@dataclass
class Tally:
    """Counts lines. Distinct ones are counted in every window of a hundred, in constant memory."""

    lines: int = 0
    events: int = 0
    families: Counter[str] = field(default_factory=Counter)
    _recent: deque[str] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _in_window: Counter[str] = field(default_factory=Counter)
    _distinct: int = 0
    _windows: int = 0

    def add(self, line: Line) -> None:
        """Count a line."""
        self.lines += 1
        self.families[line.family] += 1
        if len(self._recent) == _WINDOW:
            eldest = self._recent[0]
            self._in_window[eldest] -= 1
            if not self._in_window[eldest]:
                del self._in_window[eldest]
        self._recent.append(line.text)
        self._in_window[line.text] += 1
        if len(self._recent) == _WINDOW:
            self._windows += 1
            self._distinct += len(self._in_window)

    @property
    def distinct_per_hundred(self) -> float:
        """Different lines among a hundred in a row, on average."""
        if self._windows:
            return self._distinct / self._windows
        return 100 * len(self._in_window) / max(1, len(self._recent))

    def figures(self, outcomes: Mapping[str, int], coalesced: int, seconds: float) -> dict[str, Any]:
        """All of it by name. `outcomes` is what became of the events, `coalesced` how many cues gave way to others."""
        return {
            "events": self.events,
            "outcomes": dict(sorted(outcomes.items())),
            "lines": self.lines,
            "families": dict(self.families.most_common()),
            "coalesced": coalesced,
            "distinct_per_100": round(self.distinct_per_hundred, 1),
            "events_a_second": round(self.events / max(seconds, 1e-9)),
            "seconds": round(seconds, 2),
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def summary(figures: Mapping[str, Any]) -> str:
    """The figures for people."""
    return (
        f"events            {figures['events']}{_listed(figures['outcomes'])}\n"
        f"lines             {figures['lines']}{_listed(figures['families'])}\n"
        f"coalesced         {figures['coalesced']}\n"
        f"distinct per 100  {figures['distinct_per_100']:.1f}\n"
        f"events a second   {figures['events_a_second']} (in {figures['seconds']:.2f} s)\n"
        f"peak memory       {figures['peak_memory_mb']} MB"
    )


def _listed(counts: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{name} {count}' for name, count in counts.items())})" if counts else ""
