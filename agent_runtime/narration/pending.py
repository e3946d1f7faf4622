"""Something that waits to be said: a cue or words that are ready, with everything it has come to stand for."""

from dataclasses import dataclass, field

from agent_runtime.core.domain import Cue
from agent_runtime.core.line import Prepared

CAUSES_KEPT = 50


@dataclass(slots=True, eq=False)
class Pending:
    """A cue that waits, with what it has absorbed. Moments are monotonic seconds of receipt.

    `merged` is how many cues it stands for, `superseded` how many of them gave way to it unsaid. `prepared` is set
    for words that need no phrase.
    """

    cue: Cue
    first_at: float
    at: float
    count: int
    merged: int = 1
    superseded: int = 0
    causes: list[str] = field(default_factory=list)
    prepared: Prepared | None = None

    @property
    def weight(self) -> float:
        """What multiplies its worth."""
        return self.prepared.weight if self.prepared is not None else 1.0

    def absorb(self, cue: Cue, now: float) -> None:
        """Take in a newer cue about the same thing."""
        self.at = now
        self.count += cue.count
        self.merged += 1
        self.causes.append(cue.cause)
        del self.causes[:-CAUSES_KEPT]

    def take_over(self, older: "Pending") -> None:
        """Speak for `older` too, as soon as it would have had to."""
        self.first_at = min(self.first_at, older.first_at)
        self.count += older.count
        self.merged += older.merged
        self.causes = [*older.causes, *self.causes][-CAUSES_KEPT:]

    def is_true(self) -> bool:
        """Whether it may still be said; a phrase is filled from the state of the moment and always may."""
        return self.prepared is None or self.prepared.is_true()

    def let_go(self) -> None:
        """Tell whoever prepared it that it will not be said."""
        if self.prepared is not None:
            self.prepared.dropped()


def pending_cue(cue: Cue, now: float) -> Pending:
    """A cue received at `now`."""
    return Pending(cue, first_at=now, at=now, count=cue.count, causes=[cue.cause])


def pending_words(prepared: Prepared, now: float) -> Pending:
    """Words handed in at `now`."""
    cue = Cue(prepared.family, prepared.rank, prepared.subject, prepared.cause)
    return Pending(cue, first_at=now, at=now, count=0, causes=[prepared.cause], prepared=prepared)
