"""How long a model may take: one countdown a call, asked before every wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds. `first_token` runs from the call to the first content, `idle` between pieces of content
    (comments and keep-alives do not count), `total` over everything, retries and pauses included."""

    connect: float = 3.0
    first_token: float = 6.0
    idle: float = 5.0
    total: float = 60.0


class Countdown:
    """The deadlines of one call on a monotonic clock that the caller reads; moments are that clock's seconds."""

    def __init__(self, deadlines: Deadlines, now: float) -> None:
        self._idle = deadlines.idle
        self._total_at = now + deadlines.total
        self._next_at = now + deadlines.first_token
        self._has_content = False

    @property
    def at(self) -> float:
        """The moment at which waiting is over."""
        return min(self._next_at, self._total_at)

    @property
    def has_content(self) -> bool:
        """Whether a piece of content came: after that nothing is tried again."""
        return self._has_content

    def content(self, now: float) -> None:
        """Content came, or the reader is back from using it: the idle time begins anew."""
        self._has_content = True
        self._next_at = now + self._idle

    def paused(self, seconds: float) -> None:
        """The provider asked for a pause: that time is not held against the first token."""
        self._next_at += seconds

    def left(self, now: float) -> float:
        """Seconds until the total deadline, never negative."""
        return max(0.0, self._total_at - now)

    def why(self) -> str:
        """Which wait ran out, for people."""
        if self._total_at <= self._next_at:
            return "took too long in all"
        return "stopped in the middle of its reply" if self._has_content else "did not begin to answer in time"
