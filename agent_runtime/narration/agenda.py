"""What waits to be said: a few places a subject, filled by the newest, so that memory and delay stay bounded."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from agent_runtime.core.domain import Cue, Rank
from agent_runtime.narration.rules import passes_freely

CAUSES_KEPT = 50
PROMISED_KEPT = 1000


@dataclass(slots=True)
class Pending:
    """A cue that waits, with what it has absorbed. Moments are monotonic seconds of receipt."""

    cue: Cue
    first_at: float
    at: float
    count: int
    merged: int = 1
    causes: list[str] = field(default_factory=list)

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


class Agenda:
    """The places: promised things (openings, outcomes, corrections) in order, one high cue and one bid a subject."""

    def __init__(self) -> None:
        self._promised: list[Pending] = []
        self._high: dict[str, Pending] = {}
        self._bids: dict[str, Pending] = {}
        self.superseded = 0

    def notice(self, cue: Cue, now: float) -> Pending:
        """File a cue received at `now`: critical ones and openings are kept, others give way to newer ones."""
        if passes_freely(cue):
            return self._promise(cue, now)
        if cue.rank is Rank.HIGH:
            return self._call(cue, now)
        return self._bid(cue, now)

    @property
    def subjects(self) -> int:
        """How many subjects have a bid that waits."""
        return len(self._bids)

    def waiting(self) -> Iterator[Pending]:
        """Everything that waits, promised things first."""
        yield from self._promised
        yield from self._high.values()
        yield from self._bids.values()

    def drop(self, pending: Pending) -> None:
        """Take out what was said or has become old."""
        subject = pending.cue.subject
        if pending in self._promised:
            self._promised.remove(pending)
        elif self._high.get(subject) is pending:
            del self._high[subject]
        elif self._bids.get(subject) is pending:
            del self._bids[subject]

    def clear(self) -> None:
        """Forget everything that waits."""
        self._promised.clear()
        self._high.clear()
        self._bids.clear()

    def _promise(self, cue: Cue, now: float) -> Pending:
        if cue.family == "outcome":
            self.superseded += (self._high.pop(cue.subject, None) is not None) + (
                self._bids.pop(cue.subject, None) is not None
            )
        same = next((p for p in self._promised if (p.cue.subject, p.cue.family) == (cue.subject, cue.family)), None)
        if same is not None:
            same.absorb(cue, now)
            return same
        pending = _pending(cue, now)
        self._promised.append(pending)
        if len(self._promised) > PROMISED_KEPT:
            self.superseded += 1
            del self._promised[0]
        return pending

    def _call(self, cue: Cue, now: float) -> Pending:
        """Newer replaces older; the last call takes over a bid that waits, since nothing may follow it."""
        self.superseded += cue.subject in self._high
        held = self._high.get(cue.subject)
        pending = self._high[cue.subject] = _pending(cue, now)
        if held is not None and held.count:
            pending.take_over(held)
        bid = self._bids.pop(cue.subject, None) if cue.family == "closing_last" else None
        if bid is not None:
            pending.take_over(bid)
        return pending

    def _bid(self, cue: Cue, now: float) -> Pending:
        """Latest wins. A price that follows its bid adds to it; a newer bid takes over and keeps the count."""
        held = self._bids.get(cue.subject)
        if held is None:
            pending = self._bids[cue.subject] = _pending(cue, now)
            return pending
        is_step_of_held_bid = cue.count == 0 and cue.rank is Rank.LOW
        opens = held.cue.family == "first_bid" and held.count == 1 and cue.count == 0
        if not is_step_of_held_bid and not opens:
            held.cue = cue
        elif cue.milestone is not None:
            held.cue = replace(held.cue, milestone=cue.milestone)
        held.absorb(cue, now)
        self.superseded += cue.count
        return held


def _pending(cue: Cue, now: float) -> Pending:
    return Pending(cue, first_at=now, at=now, count=cue.count, causes=[cue.cause])
