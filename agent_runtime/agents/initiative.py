"""When a host speaks up on its own: an open lot has been silent for long, and it has not wondered too often yet."""

from dataclasses import dataclass

from agent_runtime.core.character import Initiative

_NEVER = float("inf")


@dataclass
class Silence:
    """How long the lot in hand has been silent. Moments are monotonic seconds."""

    wondered: int = 0
    _since: float = -_NEVER

    def end(self, now: float) -> None:
        """Something happened."""
        self.wondered, self._since = 0, now

    def lasts_s(self, now: float) -> float:
        """For how long nothing has happened and nothing was said unasked."""
        return now - self._since

    def wonder_at(self, initiative: Initiative) -> float:
        """When to say something of it; infinite once that was done as often as the character does unanswered.

        Without any leave to speak a character still wonders once, and says nothing.
        """
        if self.wondered >= max(1, initiative.max_unanswered):
            return _NEVER
        return self._since + initiative.idle_after.total_seconds()

    def wonder(self, now: float) -> None:
        """It was said."""
        self.wondered += 1
        self._since = now

    def colour(self, now: float) -> None:
        """Something else was said unasked."""
        self._since = now
