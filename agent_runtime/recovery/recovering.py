"""When the keys are read: after every subscription, when something seems to be missing, and now and then."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from agent_runtime.core.clock import Clock
from agent_runtime.core.domain import Stage
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.measures import Histogram
from agent_runtime.core.ports import EngineState, Events
from agent_runtime.projection.projector import Projector
from agent_runtime.recovery.campaigns import CampaignReader
from agent_runtime.recovery.reading import Adopted, Reader, Titles
from agent_runtime.recovery.remembering import Ending, remembered
from agent_runtime.recovery.telling import (
    Gap,
    RecoveryHost,
    tell,
    tell_campaigns,
    tell_lost,
    tell_standing,
    tell_untold,
)

WANTED_AT_MOST = 100
_LOTS_AT_MOST = 1000
_RECONCILED_AT_ONCE = 200
_STANDING_SHOWN = 50
_CAMPAIGNS_OF = 200
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How recovery takes its time, in seconds."""

    long_gap: float = 3.0
    reconcile_every: float = 2.0
    look_up_every: float = 0.25
    retry_after: float = 0.5


@dataclass
class Recovery:
    """Brings what is known in line with the engine's keys, and has the hosts told what was missed.

    `hosts` is asked each time. `titles` names lots (see core.memory.Chronicle). With `campaigns` theirs are read after
    every subscription too. `counts`: resyncs, adopted (lots of
    which the keys knew more), reconciled, gaps, failures; `last_gap_s` is how long the last gap was, `resyncs` how long
    catching up took.
    """

    projector: Projector
    engine: EngineState
    events: Events
    hosts: Callable[[], Sequence[RecoveryHost]]
    titles: Titles
    clock: Clock
    rhythm: Rhythm = Rhythm()
    campaigns: CampaignReader | None = None
    counts: Counter[str] = field(default_factory=Counter)
    last_gap_s: float = 0.0
    resyncs: Histogram = field(default_factory=Histogram)
    _reader: Reader = field(init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _wanted: dict[str, None] = field(default_factory=dict, init=False)
    _endings: Mapping[str, Ending] = field(default_factory=dict, init=False)
    _is_live: bool = field(default=False, init=False)
    _is_behind: bool = field(default=False, init=False)
    _has_started: bool = field(default=False, init=False)
    _is_loss_told: bool = field(default=False, init=False)
    _down_at: float | None = field(default=None, init=False)
    _live_at: float = field(default=0.0, init=False)
    _not_before: float = field(default=0.0, init=False)
    _reconcile_at: float = field(default=0.0, init=False)
    _reconciled_up_to: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._reader = Reader(self.projector, self.engine, self.titles, self.clock)

    @property
    def is_behind(self) -> bool:
        """Whether the keys are still to be read after a subscription."""
        return self._is_behind

    async def remember(self) -> None:
        """Know again what was known before a restart; to be awaited before anything is heard."""
        try:
            lasting = tuple(self.campaigns.domain.types) if self.campaigns is not None else ()
            self._endings = await remembered(self.events, self.projector, self.clock, lasting)
        except Unavailable:
            self.counts["failures"] += 1  # the keys tell what is so now; what was said before is not repeated

    def live(self) -> None:
        """The subscription is complete: whatever was published before may be lost. Never waits."""
        self._is_live = self._is_behind = True
        self._live_at = self._not_before = self.clock.monotonic()
        if self._down_at is not None:
            self.counts["gaps"] += 1
            self.last_gap_s = self._live_at - self._down_at
        self._news.set()

    def down(self, why: str) -> None:
        """The subscription has ended, or an attempt has failed. Never waits."""
        self._is_live = False
        if self._down_at is None:
            self._down_at = self.clock.monotonic()
            _log.warning("events are not heard", why=why)
        self._news.set()

    def want(self, lot: str) -> None:
        """Read the keys of this lot soon: something about it was missed. Never waits."""
        if len(self._wanted) < WANTED_AT_MOST:
            self._wanted[lot] = None
            self._news.set()

    async def run(self) -> None:
        """Recover for ever."""
        while True:
            await self._rest_until(self._next_at())
            try:
                await self._recover(self.clock.monotonic())
            except Unavailable:
                self.counts["failures"] += 1
                self._not_before = self.clock.monotonic() + self.rhythm.retry_after

    def _next_at(self) -> float | None:
        """When there is something to do (monotonic); None when only news can bring it."""
        if not self._is_live:
            is_silent = self._down_at is None or self._is_loss_told
            return None if is_silent else (self._down_at or 0.0) + self.rhythm.long_gap
        if self._is_behind or self._wanted:
            return self._not_before
        return max(self._not_before, self._reconcile_at)

    async def _rest_until(self, moment: float | None) -> None:
        now = self.clock.monotonic()
        if moment is not None and moment <= now:
            await asyncio.sleep(0)  # keys that answer at once must not keep others from their turn
            return
        self._news.clear()
        try:
            async with asyncio.timeout(None if moment is None else moment - now):
                await self._news.wait()
        except TimeoutError:
            return

    async def _recover(self, now: float) -> None:
        due = self._next_at()
        if due is None or due > now:
            return  # woken by news of something else
        if not self._is_live:
            self._tell_of_loss(now)
        elif self._is_behind:
            await self._resync()
        elif self._wanted:
            await self._look_up()
        else:
            await self._reconcile()

    def _tell_of_loss(self, now: float) -> None:
        """Once an outage: when it has lasted, whoever has a lot in hand says that nothing comes in."""
        self._is_loss_told = True
        standing = self._standing(self.projector.open_lots())
        for host in self.hosts():
            tell_lost(host, standing, now)

    async def _resync(self) -> None:
        """Read every lot there is; what happened meanwhile is told as the length of the gap asks for."""
        gap, down_at, began = self._gap(), self._down_at, self.clock.monotonic()
        self._is_behind, self._down_at = False, None
        try:
            known = self.projector.open_lots()
            lots = tuple(dict.fromkeys((*known, *await self.engine.auction_ids())))[:_LOTS_AT_MOST]
            adopted = await self._reader.take_in(lots, with_titles=True)
        except Unavailable:
            self._is_behind, self._down_at = True, down_at if down_at is not None else self._down_at
            raise
        self._tell(adopted, gap)
        await self._read_campaigns(gap)
        self._has_started, self._is_loss_told = True, False
        self.counts["resyncs"] += 1
        self.resyncs.observe(self.clock.monotonic() - began)
        self._reconcile_at = self.clock.monotonic() + self.rhythm.reconcile_every
        log = _log.debug if gap.is_start else _log.info  # a start is nothing to report
        log("resynced", lots=len(lots), adopted=len(adopted), gap_s=round(self.last_gap_s, 3))

    async def _read_campaigns(self, gap: Gap) -> None:
        """Catch up with the campaigns of what is held; one whose keys cannot be read now is as it was known."""
        if self.campaigns is None:
            return
        now = self.clock.monotonic()
        held = [stage.campaign for stage in self.projector.stages(now)[:_CAMPAIGNS_OF] if stage.campaign is not None]
        try:
            steps = await self.campaigns.take_in(held)
        except Unavailable:
            self.counts["failures"] += 1
            return
        for host in self.hosts():
            tell_campaigns(host, steps, gap, now)

    def _gap(self) -> Gap:
        if not self._has_started:
            return Gap(since=0.0, is_long=True, is_start=True)
        lasted = self._live_at - self._down_at if self._down_at is not None else 0.0
        return Gap(self._wall_at(self._live_at - lasted), is_long=lasted >= self.rhythm.long_gap)

    async def _look_up(self) -> None:
        """Read the lots that were spoken of and are not known."""
        self._not_before = self.clock.monotonic() + self.rhythm.look_up_every
        wanted = tuple(self._wanted)
        self._wanted.clear()
        self._tell(await self._reader.take_in(wanted, with_titles=True), self._just_now())

    async def _reconcile(self) -> None:
        """Read some of the open lots again: a message that was lost without a gap is made up for."""
        self._reconcile_at = self.clock.monotonic() + self.rhythm.reconcile_every
        lots = self.projector.open_lots()
        first = self._reconciled_up_to if self._reconciled_up_to < len(lots) else 0
        some = lots[first : first + _RECONCILED_AT_ONCE]
        self._reconciled_up_to = first + len(some)
        self._tell(await self._reader.take_in(some, with_titles=False), self._just_now())
        self.counts["reconciled"] += 1

    def _tell(self, adopted: Sequence[Adopted], gap: Gap) -> None:
        self.counts["adopted"] += len(adopted)
        now = self.clock.monotonic()
        standing = self._of_before(now) if gap.is_start else ()
        over = self._standing(tuple(self._endings))
        for host in self.hosts():
            tell_standing(host, standing, now)
            if gap.is_start:
                tell_untold(host, over, self._endings, self.clock.time(), now)
            if adopted or gap.is_long:
                tell(host, adopted, gap, now)
        if gap.is_start:
            self._endings = {}

    def _of_before(self, now: float) -> tuple[Stage, ...]:
        """What was going on before a restart, the newest last; campaigns however long ago they were spoken of."""
        stages = self.projector.stages(now)
        eldest = [stage for stage in stages[_STANDING_SHOWN:] if stage.kind == "campaign"]
        return tuple(reversed((*stages[:_STANDING_SHOWN], *eldest)))

    def _just_now(self) -> Gap:
        return Gap(self.clock.time() - self.rhythm.reconcile_every)

    def _standing(self, subjects: Sequence[str]) -> tuple[Stage, ...]:
        now = self.clock.monotonic()
        found = (self.projector.stage(subject, now) for subject in subjects)
        return tuple(stage for stage in found if stage is not None)

    def _wall_at(self, moment: float) -> float:
        """A monotonic moment on the clock of the wall."""
        return self.clock.time() - (self.clock.monotonic() - moment)
