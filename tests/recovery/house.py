"""A house to recover in: hosts, an event log and an engine's keys in this process, and gaps on demand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.conversation import LoggedEvent, Page
from agent_runtime.core.domain import Cue, Stage
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.domains import DOMAINS
from agent_runtime.feed import Feed
from agent_runtime.live.lots import EngineKeys
from agent_runtime.projection.projector import Projector, Step
from agent_runtime.recovery import Recovery, Rhythm
from tests.domains.streams import LOT
from tests.feed.test_taking import ListJournal
from tests.waiting import until

AUCTIONS = "events:auction"
RECORDING = Path(__file__).parents[1] / "data" / "ebay-three-lots.jsonl"
NEVER = 1e9
SHORT, LONG = Rhythm(long_gap=NEVER, reconcile_every=NEVER), Rhythm(long_gap=0.0, reconcile_every=NEVER)


@dataclass
class Host:
    """A host that remembers what it was shown; what it could say counts as said."""

    said: list[tuple[str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    back: list[Cue | None] = field(default_factory=list)
    losses: int = 0
    spoken: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def hosts(self, subject: str, campaign: str | None) -> bool:
        return not subject.startswith("foreign")

    def witness(self, step: Step, cause: str, now: float) -> None:
        self.shown.append(step.stage.subject)
        for cue in step.appraisal.cues:
            self.said.append((cue.family, cue.subject))
            self.spoken.add(cue.subject)
            if cue.family == "outcome":
                self.told.add(cue.subject)

    def feed_lost(self, now: float) -> None:
        self.losses += 1

    def feed_back(self, now: float, cue: Cue | None) -> None:
        self.back.append(cue)

    def spoke_of(self, subject: str) -> bool:
        return subject in self.spoken

    def told_outcome(self, subject: str) -> bool:
        return subject in self.told


@dataclass
class Log:
    """An event log in a list."""

    rows: list[LoggedEvent] = field(default_factory=list)
    is_away: bool = False

    async def recent(self, limit: int, *, heard_since: datetime) -> Sequence[LoggedEvent]:
        if self.is_away:
            raise Unavailable("the database is down")
        return [row for row in self.rows if row.received_at is not None and row.received_at >= heard_since][-limit:]

    async def list(self, *, kind: str, since: datetime, **_: object) -> Page[LoggedEvent]:
        return Page(data=tuple(row for row in self.rows if row.type == kind and row.timestamp >= since))


@dataclass
class Keys:
    """The engine's keys in a dict; `asked` holds the ids of each reading."""

    lots_kept: dict[str, LotSnapshot] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    is_away: bool = False

    async def lots(self, auction_ids: Sequence[str]) -> Sequence[LotSnapshot]:
        if self.is_away:
            raise Unavailable("Redis is down")
        self.asked.append(tuple(auction_ids))
        return [self.lots_kept.get(each, LotSnapshot(each)) for each in auction_ids]

    async def auction_ids(self, limit: int = 10_000) -> Sequence[str]:
        if self.is_away:
            raise Unavailable("Redis is down")
        return sorted(self.lots_kept)

    def put(self, *snapshots: LotSnapshot) -> None:
        self.lots_kept.update((each.auction_id, each) for each in snapshots)


class House:
    """Feed and recovery around a host, with the keys in memory unless others are given."""

    def __init__(self, rhythm: Rhythm, keys: Keys | EngineKeys | None = None) -> None:
        numbers = count(1)
        self.clock, self.host, self.log, self.keys = SystemClock(), Host(), Log(), keys or Keys()
        self.titles = {LOT: "Salt Ledger"}
        self.projector = Projector(DOMAINS)
        self.recovery = Recovery(
            self.projector, self.keys, self.log, lambda: [self.host], self._titles, self.clock, rhythm
        )
        self.feed = Feed(
            self.projector,
            ListJournal(),
            [self.host],
            Broadcast[Envelope](),
            self.clock,
            new_id=lambda: f"new-{next(numbers)}",
            want=self.recovery.want,
        )

    async def _titles(self, ids: Sequence[str]) -> dict[str, str]:
        return {each: self.titles[each] for each in ids if each in self.titles}

    def hear(self, *events: Envelope) -> None:
        for event in events:
            self.feed.hear(AUCTIONS, event.as_json())

    def stage(self, lot: str = LOT) -> Stage:
        stage = self.projector.stage(lot, self.clock.monotonic())
        assert stage is not None
        return stage

    @asynccontextmanager
    async def running(self) -> AsyncIterator["House"]:
        await self.recovery.remember()
        task = asyncio.create_task(self.recovery.run(), name="recovery")
        try:
            yield self
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=10)

    @asynccontextmanager
    async def live(self) -> AsyncIterator["House"]:
        """Running, and over its start; what was said at the start is forgotten."""
        async with self.running():
            await self.resynced()
            self.host.said.clear()
            self.host.back.clear()
            self.host.shown.clear()
            yield self

    async def resynced(self) -> None:
        """A subscription, and the keys read because of it."""
        done = self.recovery.counts["resyncs"]
        self.recovery.live()
        await until(lambda: self.recovery.counts["resyncs"] > done)

    async def gap(self) -> None:
        self.recovery.down("somebody pulled the plug")
        await self.resynced()


def logged(event: Envelope, age: timedelta = timedelta(minutes=1)) -> LoggedEvent:
    return LoggedEvent(
        id=event.id,
        timestamp=datetime.fromtimestamp(event.timestamp / 1000, UTC),
        type=event.type,
        source=event.source,
        channel=AUCTIONS,
        data=event.data,
        received_at=datetime.now(UTC) - age,
    )


def over(keys: LotSnapshot, status: str = "SETTLED") -> LotSnapshot:
    assert keys.state is not None
    return replace(keys, state=keys.state.model_copy(update={"status": status}))


def stamped(snapshot: LotSnapshot, moment: datetime) -> LotSnapshot:
    """The same as of a moment."""
    assert snapshot.price is not None
    return replace(snapshot, price=snapshot.price.model_copy(update={"last_update_time": moment}))
