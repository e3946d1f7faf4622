"""How long things take, kept as plain numbers: who measures adds, and nobody is disturbed until somebody asks."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

LATENCIES_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""For what should take milliseconds."""
ANSWERS_S = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""For what is measured at many places: each bound is one more number everywhere."""
WAITS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0, 120.0)
"""For what may take seconds: models, and how old news is."""


@dataclass(slots=True)
class Histogram:
    """Durations in seconds by the first of `bounds` (rising) that they do not exceed.

    `counts` has one place more than there are bounds, for what exceeds them all; `total` is the sum of durations.
    """

    bounds: Sequence[float] = LATENCIES_S
    counts: list[int] = field(init=False)
    total: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, seconds: float) -> None:
        """Add a duration; one below nothing, as clocks of others make it, counts as nothing."""
        if seconds < 0:
            seconds = 0.0
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds
