"""When a model that fails is left alone: after several failures it is not asked, then once, then as before."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Literal

from agent_runtime.core.clock import Clock
from agent_runtime.core.errors import ModelFailed

State = Literal["closed", "open", "half-open"]
_OUTCOMES_KEPT = 50
_MOST_BREAKERS = 256


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A model is left alone after `in_a_row` failures, or when half of at least `of_many` calls failed, in `within_s`.

    It is asked again after `first_pause_s` seconds; the pause doubles, up to `longest_pause_s`, while that fails.
    """

    in_a_row: int = 5
    of_many: int = 10
    within_s: float = 30.0
    first_pause_s: float = 10.0
    longest_pause_s: float = 120.0


@dataclass
class Breaker:
    """The breaker of one model: closed (it is asked), open (it is not), half-open (one call tries whether it is back).

    A call that `begins` tells how it ended: `succeeded` or `failed`, and `left` in any case; `is_trial` is what
    `begins` returned: whether it is the one call that tries.
    """

    clock: Clock
    tolerance: Tolerance = field(default_factory=Tolerance)
    cause: ModelFailed | None = field(default=None, init=False)
    _outcomes: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=_OUTCOMES_KEPT), init=False)
    _pause_s: float = field(default=0.0, init=False)
    _opened_at: float | None = field(default=None, init=False)
    _is_trying: bool = field(default=False, init=False)

    @property
    def state(self) -> State:
        if self._opened_at is None:
            return "closed"
        return "open" if self.wait_s > 0 else "half-open"

    @property
    def wait_s(self) -> float:
        """Seconds until it may be asked again, 0 when it may be asked now."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._pause_s - self.clock.monotonic())

    @property
    def admits(self) -> bool:
        """Whether a call may begin."""
        return self.state == "closed" or (self.state == "half-open" and not self._is_trying)

    def begins(self) -> bool:
        """A call that was admitted begins; True when it is the one that tries."""
        is_trial = self.state == "half-open"
        self._is_trying = self._is_trying or is_trial
        return is_trial

    def succeeded(self) -> None:
        """The model is there: it answered, if only to say that it does not like the request."""
        self._opened_at, self._pause_s, self.cause = None, 0.0, None
        self._outcomes.append((self.clock.monotonic(), True))

    def failed(self, cause: ModelFailed, *, is_trial: bool = False, at_once: bool = False) -> None:
        """The model is not there, or not well; `at_once` leaves it alone after this one failure."""
        self._outcomes.append((self.clock.monotonic(), False))
        if self._opened_at is not None:
            if is_trial:
                self._open(cause, min(self._pause_s * 2, self.tolerance.longest_pause_s))
        elif at_once or self._is_too_much():
            self._open(cause, self.tolerance.first_pause_s)

    def left(self, *, is_trial: bool) -> None:
        """The call is over, with a verdict or without one."""
        if is_trial:
            self._is_trying = False

    def _open(self, cause: ModelFailed, pause_s: float) -> None:
        self.cause, self._opened_at, self._pause_s = cause, self.clock.monotonic(), pause_s
        self._outcomes.clear()

    def _is_too_much(self) -> bool:
        since = self.clock.monotonic() - self.tolerance.within_s
        recent = [is_good for at, is_good in self._outcomes if at >= since]
        last = recent[-self.tolerance.in_a_row :]
        if len(last) == self.tolerance.in_a_row and not any(last):
            return True
        return len(recent) >= self.tolerance.of_many and recent.count(False) * 2 >= len(recent)


@dataclass
class Breakers:
    """A breaker for every model that was called; of many the one that was called longest ago is forgotten."""

    clock: Clock
    tolerance: Tolerance = field(default_factory=Tolerance)
    _held: OrderedDict[tuple[str, str], Breaker] = field(default_factory=OrderedDict, init=False)

    def of(self, place: str, model: str) -> Breaker:
        """The breaker of a model at a place."""
        breaker = self._held.setdefault((place, model), Breaker(self.clock, self.tolerance))
        self._held.move_to_end((place, model))
        if len(self._held) > _MOST_BREAKERS:
            self._held.popitem(last=False)
        return breaker
