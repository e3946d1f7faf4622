"""What became of turns since the start, and how long they took: for whoever watches the runtime."""

from collections import Counter
from dataclasses import dataclass, field

from agent_runtime.chat.turn import Turn
from agent_runtime.core.measures import WAITS_S, Histogram
from agent_runtime.core.turns import TurnKind, TurnState

_TURN_S = (0.001, 0.0025, 0.005, *WAITS_S)


def _histogram() -> Histogram:
    return Histogram(_TURN_S)


@dataclass
class TurnTally:
    """`first_piece` is how long guests waited for the first words: of the scripted voice, and of models."""

    outcomes: Counter[tuple[TurnKind, TurnState]] = field(default_factory=Counter)
    seconds: dict[TurnKind, Histogram] = field(default_factory=dict)
    scripted_first_piece: Histogram = field(default_factory=_histogram)
    model_first_piece: Histogram = field(default_factory=_histogram)

    def ended(self, turn: Turn) -> None:
        """Count a turn that is over."""
        self.outcomes[turn.kind, turn.state] += 1
        timings = turn.timings
        if turn.kind not in self.seconds:
            self.seconds[turn.kind] = _histogram()
        self.seconds[turn.kind].observe(timings.ended - timings.began)
        if timings.first_token:
            waited = self.scripted_first_piece if turn.sent is None else self.model_first_piece
            waited.observe(timings.first_token - timings.began)
