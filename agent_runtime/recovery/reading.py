"""Reads the engine's keys of many lots, a few at a time, and folds them into what is known."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from agent_runtime.core.clock import Clock
from agent_runtime.core.errors import Busy, Unavailable
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.core.ports import EngineState
from agent_runtime.projection.projector import Projector, Step

_READ_AT_ONCE = 50
_ADOPTED_AT_ONCE = 20  # then others have their turn
_TITLES_WITHIN_S = 1.0
_SEEN_KEPT = 20_000

Titles = Callable[[Sequence[str]], Awaitable[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A lot of which the keys knew something new. `changed_at` is the newest moment they speak of (epoch seconds).

    `is_first` when nothing was ever known of it before.
    """

    step: Step
    was_open: bool
    changed_at: float
    is_first: bool

    @property
    def subject(self) -> str:
        """The lot's id."""
        return self.step.stage.subject

    @property
    def cause(self) -> str:
        """The id of the reading, as its cues name it."""
        return next((cue.cause for cue in self.step.appraisal.cues), f"keys-{self.subject[:40]}")


@dataclass(frozen=True)
class Reader:
    """Takes in what the keys say. `titles` names lots whose start was not heard; without it they have no name."""

    projector: Projector
    engine: EngineState
    titles: Titles
    clock: Clock
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    async def take_in(self, lots: Sequence[str], *, with_titles: bool) -> list[Adopted]:
        """What was new, the lots that changed last at the end. Raises Unavailable; nothing was taken in then."""
        snapshots: list[LotSnapshot] = []
        for first in range(0, len(lots), _READ_AT_ONCE):
            read = await self.engine.lots(lots[first : first + _READ_AT_ONCE])
            known = [each for each in read if not each.is_unknown]
            snapshots += await self._titled(known) if with_titles else known
        # Those that are on are touched last, so that they are the last to give way.
        snapshots.sort(key=lambda each: (not each.is_over, _changed_at(each)))
        adopted: list[Adopted] = []
        for number, snapshot in enumerate(snapshots):
            if number % _ADOPTED_AT_ONCE == _ADOPTED_AT_ONCE - 1:
                await asyncio.sleep(0)
            adopted += self._adopted(snapshot)
        return adopted

    def _adopted(self, snapshot: LotSnapshot) -> list[Adopted]:
        now, lot = self.clock.monotonic(), snapshot.auction_id
        was_open, is_first = self.projector.is_open(lot), self._is_first(lot, now)
        step = self.projector.adopt(snapshot, self.clock.time(), now)
        return [] if step is None else [Adopted(step, was_open, _changed_at(snapshot), is_first)]

    def _is_first(self, lot: str, now: float) -> bool:
        """Whether nothing is known of it; a lot that had to give way in the projector is remembered here."""
        is_first = lot not in self._seen and self.projector.stage(lot, now) is None
        self._seen[lot] = None
        self._seen.move_to_end(lot)
        if len(self._seen) > _SEEN_KEPT:
            self._seen.popitem(last=False)
        return is_first

    async def _titled(self, snapshots: list[LotSnapshot]) -> list[LotSnapshot]:
        """The same with their titles; a store that is away or slow costs only the names."""
        if not snapshots:
            return []
        try:
            async with asyncio.timeout(_TITLES_WITHIN_S):
                titles = await self.titles([each.auction_id for each in snapshots])
        except (Unavailable, Busy, TimeoutError):
            return snapshots
        return [replace(each, title=titles.get(each.auction_id, "")) for each in snapshots]


def _changed_at(snapshot: LotSnapshot) -> float:
    newest = snapshot.newest or (snapshot.state.start_time if snapshot.state is not None else None)
    return newest.timestamp() if newest is not None else 0.0
