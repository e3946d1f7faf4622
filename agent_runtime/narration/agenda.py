"""What waits to be said: a few places a subject, filled by the newest, so that memory and delay stay bounded."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from agent_runtime.core.domain import Cue, Rank
from agent_runtime.core.line import Prepared
from agent_runtime.narration.asides import Asides
from agent_runtime.narration.pending import Pending, pending_cue, pending_words
from agent_runtime.narration.rules import passes_freely

PROMISED_KEPT = 1000
COUNTED_KEPT = 1000
_FIRST = {"first_bid", "returning"}
_TELLS_PRICE = {"closing_last", "meanwhile", "recap"}  # a bid that waits is told by them


class Agenda:
    """The places: promised things in order, one high cue and one bid a subject, and asides for when nothing presses.

    Promised are openings, outcomes, corrections and whatever else is critical. `worth` ranks what waits.
    """

    def __init__(self, worth: Callable[[Pending, float], float]) -> None:
        self._promised: list[Pending] = []
        self._high: dict[str, Pending] = {}
        self._bids: dict[str, Pending] = {}
        self._asides = Asides(worth)
        self._coalesced: dict[str, int] = {}
        self.superseded = 0
        self.discarded = 0

    @property
    def subjects(self) -> int:
        """How many subjects have a bid that waits."""
        return len(self._bids)

    def coalesced(self, subject: str) -> int:
        """How many cues about it gave way to newer ones unsaid."""
        return self._coalesced.get(subject, 0)

    def notice(self, cue: Cue, now: float) -> Pending | None:
        """File a cue received at `now`: critical ones and openings are kept, others give way to newer ones.

        None for colour that has no place, since something else waits.
        """
        pending = pending_cue(cue, now)
        if cue.rank is Rank.COLOUR:
            return self._colour(pending)
        self._fade()
        if passes_freely(cue):
            return self._promise(pending)
        if cue.rank is Rank.HIGH:
            return self._call(pending)
        return self._bid(pending)

    def offer(self, prepared: Prepared, now: float) -> Pending | None:
        """File words that are ready; None when there is no place for them."""
        pending = pending_words(prepared, now)
        if prepared.rank is Rank.CRITICAL:
            self._fade()
            self._queue(pending)
            return pending
        if prepared.rank is Rank.COLOUR:
            return self._colour(pending)
        self._fade()
        return pending if self._asides.ask(pending, now) else None

    def waiting(self) -> Iterator[Pending]:
        """Everything that waits, promised things first."""
        yield from self._promised
        yield from self._high.values()
        yield from self._bids.values()
        yield from self._asides

    def promised(self) -> Iterator[Pending]:
        """What must be said and waits, in order."""
        return iter(self._promised)

    def drop(self, pending: Pending) -> None:
        """Take out what was said."""
        subject = pending.cue.subject
        if pending in self._promised:
            self._promised.remove(pending)
        elif self._high.get(subject) is pending:
            del self._high[subject]
        elif self._bids.get(subject) is pending:
            del self._bids[subject]
        else:
            self._asides.drop(pending)

    def discard(self, pending: Pending) -> None:
        """Take out what will not be said."""
        self.discarded += 1
        self.drop(pending)
        pending.let_go()

    def clear(self) -> None:
        """Forget everything that waits."""
        promised, self._promised = self._promised, []
        self._high.clear()
        self._bids.clear()
        for each in promised:
            each.let_go()
        self._asides.clear()

    def _promise(self, pending: Pending) -> Pending:
        cue = pending.cue
        if cue.family == "outcome":
            for places in (self._high, self._bids):
                if (older := places.pop(cue.subject, None)) is not None:
                    self._gives_way(pending, older)
        same = next((p for p in self._promised if (p.cue.subject, p.cue.family) == (cue.subject, cue.family)), None)
        if same is not None and same.prepared is None:
            same.absorb(cue, pending.at)
            return same
        self._queue(pending)
        return pending

    def _queue(self, pending: Pending) -> None:
        self._promised.append(pending)
        if len(self._promised) > PROMISED_KEPT:
            self.superseded += 1
            self._promised.pop(0).let_go()

    def _call(self, pending: Pending) -> Pending:
        """Newer replaces older; a line that tells the price takes over a bid that waits."""
        subject = pending.cue.subject
        held = self._high.get(subject)
        self._high[subject] = pending
        if held is not None:
            self._gives_way(pending, held)
            if held.count:
                pending.take_over(held)
        bid = self._bids.pop(subject, None) if pending.cue.family in _TELLS_PRICE else None
        if bid is not None:
            pending.superseded += bid.superseded
            pending.take_over(bid)
        return pending

    def _bid(self, pending: Pending) -> Pending:
        """Latest wins. A price that follows its bid adds to it; a newer bid takes over and keeps the count."""
        cue = pending.cue
        held = self._bids.setdefault(cue.subject, pending)
        if held is pending:
            return pending
        is_step_of_held_bid = cue.count == 0 and cue.rank is Rank.LOW
        opens = held.cue.family in _FIRST and held.count == 1 and cue.count == 0
        if not is_step_of_held_bid and not opens:
            held.cue = cue
        elif cue.milestone is not None:
            held.cue = replace(held.cue, milestone=cue.milestone)
        held.absorb(cue, pending.at)
        held.superseded += cue.count
        self._count(cue.subject, cue.count)
        return held

    def _colour(self, pending: Pending) -> Pending | None:
        if self._promised or self._high or self._bids or self._asides.has_questions:
            return None
        self._asides.colour(pending)
        return pending

    def _fade(self) -> None:
        self.superseded += self._asides.fade()

    def _gives_way(self, newer: Pending, older: Pending) -> None:
        newer.superseded += older.superseded + 1
        self._count(newer.cue.subject, 1)

    def _count(self, subject: str, cues: int) -> None:
        if not cues:
            return
        self.superseded += cues
        self._coalesced[subject] = self._coalesced.pop(subject, 0) + cues
        if len(self._coalesced) > COUNTED_KEPT:
            del self._coalesced[next(iter(self._coalesced))]
