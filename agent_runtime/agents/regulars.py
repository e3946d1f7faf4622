"""Whom a host has seen bid before: they are welcomed back rather than introduced."""

from collections.abc import Iterable
from dataclasses import replace

from agent_runtime.core.domain import Cue

_KEPT = 100_000
_LOTS_KEPT = 50
_BIDDERS_KEPT = 10_000
_INTRODUCTIONS = frozenset({"first_bid", "new_bidder"})


class Regulars:
    """User ids of bidders in lots that are over; those of a lot in hand become regulars when it ends."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = set(known)
        self._bidding: dict[str, set[str]] = {}

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._known

    def __len__(self) -> int:
        return len(self._known)

    def greeted(self, cues: Iterable[Cue]) -> tuple[Cue, ...]:
        """The cues of an event, with a welcome where an introduction would be for somebody known."""
        return tuple(self._greeted(cue) for cue in cues)

    def _greeted(self, cue: Cue) -> Cue:
        if cue.family == "outcome":
            self._admit(self._bidding.pop(cue.subject, set()))
        elif cue.who and cue.count:
            self._note(cue.subject, cue.who)
        if cue.family in _INTRODUCTIONS and cue.who in self._known:
            return replace(cue, family="returning")
        return cue

    def _note(self, lot: str, user_id: str) -> None:
        bidders = self._bidding.setdefault(lot, set())
        if len(bidders) < _BIDDERS_KEPT:
            bidders.add(user_id)
        if len(self._bidding) > _LOTS_KEPT:
            del self._bidding[next(iter(self._bidding))]

    def _admit(self, bidders: set[str]) -> None:
        if len(self._known) + len(bidders) <= _KEPT:
            self._known |= bidders
