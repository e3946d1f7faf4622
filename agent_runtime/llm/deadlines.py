"""How long a model may take: one countdown a call, asked before every wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds. `first_token` runs from the call of each model to its first content, `idle` between pieces of content
    (comments and keep-alives do not count), `total` over everything, retries, pauses and fallbacks included."""

    connect: float = 3.0
    first_token: float = 6.0
    idle: float = 5.0
    total: float = 60.0


class Countdown:
    """The deadlines of one call on a monotonic clock that the caller reads; moments are that clock's seconds."""

    def __init__(self, deadlines: Deadlines, now: float) -> None:
        self._deadlines = deadlines
        self._total_at = now + deadlines.total
        self.begin(now)

    @property
    def at(self) -> float:
        """The moment at which waiting is over."""
        return min(self._next_at, self._total_at)

    def begin(self, now: float) -> None:
        """A model is called: it has its own time for its first content."""
        self._next_at = now + self._deadlines.first_token
        self._has_content = False

    def content(self, now: float) -> None:
        """Content came, or the reader is back from using it: the idle time begins anew."""
        self._has_content = True
        self._next_at = now + self._deadlines.idle

    def thought(self, now: float) -> None:
        """The model thinks aloud: it is alive, and the first content may be so much later."""
        self._next_at = max(self._next_at, now + self._deadlines.idle)

    def paused(self, seconds: float) -> None:
        """The provider asked for a pause: that time is not held against the first token."""
        self._next_at += seconds

    def is_over(self, now: float) -> bool:
        """Whether no other model can be asked any more."""
        return now >= self._total_at

    def why(self) -> str:
        """Which wait ran out, for people."""
        if self._total_at <= self._next_at:
            return "took too long in all"
        return "stopped in the middle of its reply" if self._has_content else "did not begin to answer in time"
