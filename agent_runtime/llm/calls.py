"""What became of the calls of models: by model, how they ended and how long they took."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.measures import WAITS_S, Histogram

OTHER = "other"


@dataclass
class Call:
    """One call. `is_done` once the reply has come to its end: who reads it may leave then and not come back."""

    is_done: bool = False


@dataclass
class Calls:
    """One model's. `outcomes`: done, stopped (whoever asked had enough), or the reason of a ModelFailed."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: Histogram = field(default_factory=lambda: Histogram(WAITS_S))

    @contextmanager
    def measured(self) -> Iterator[Call]:
        """Count a call, which is what happens inside."""
        began, call, reason = time.perf_counter(), Call(), "stopped"
        try:
            yield call
        except ModelFailed as failure:
            reason = failure.reason
            raise
        finally:
            self.outcomes["done" if call.is_done else reason] += 1
            self.seconds.observe(time.perf_counter() - began)


class CallBook:
    """The calls of the configured models by name; those of all that characters choose for themselves are `other`."""

    def __init__(self, models: Iterable[str]) -> None:
        self.by_model = {model: Calls() for model in (*models, OTHER)}

    def of(self, model: str) -> Calls:
        """Where the calls of a model are counted."""
        return self.by_model.get(model) or self.by_model[OTHER]
