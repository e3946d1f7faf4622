"""What is too old goes, in batches; what cannot go now goes the next time."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import Unavailable
from agent_runtime.store.database import Database
from agent_runtime.store.retention import Retention
from tests.store.values import NOON, claim, event, session, turn
from tests.waiting import beside

CLOCK = ManualClock(NOON.timestamp())


async def test_events_older_than_their_days_go_and_younger_ones_stay(database: Database) -> None:
    ages = [timedelta(days=30, seconds=1)] * 25 + [timedelta(days=29)] * 3
    given = [event(received_at=NOON - age) for age in ages]
    await database.events.append(given)
    retention = Retention(database.events, CLOCK, 30.0, pause_s=0, batch=10)
    assert await retention.purge() == 25
    assert await retention.purge() == 0
    assert [each.id for each in (await database.events.list()).data] == [each.id for each in given[25:]]


async def test_days_may_be_a_fraction(database: Database) -> None:
    await database.events.append([event(received_at=NOON - timedelta(hours=hours)) for hours in (1, 7)])
    assert await Retention(database.events, CLOCK, 0.25, pause_s=0).purge() == 1


async def test_traces_and_keys_go_when_their_time_has_come(database: Database) -> None:
    turns = [turn((await database.sessions.create(session())).id) for _ in range(12)]
    for number, each in enumerate(turns):
        await database.turns.begin(each, None, claim(f"k{number}", scope="s"))
        await database.traces.save(each.id, {"prompt": "x" * 600}, NOON - timedelta(days=8 if number else 5))
    moved = ManualClock((NOON + timedelta(hours=25)).timestamp())
    retention = Retention(database.events, moved, 30.0, database.traces, 7.0, database.claims, pause_s=0, batch=5)
    assert await retention.purge() == 11 + 12
    assert await database.traces.get(turns[0].id) == {"prompt": "x" * 600}
    assert await retention.purge() == 0


@dataclass
class _Log:
    """An event log that is away at first, then has 15 old events."""

    outages: int
    left: int = 15
    is_empty: asyncio.Event = field(default_factory=asyncio.Event)

    async def purge(self, before: datetime, limit: int) -> int:
        if self.outages:
            self.outages -= 1
            raise Unavailable("away")
        gone = min(limit, self.left)
        self.left -= gone
        if not self.left:
            self.is_empty.set()
        return gone


async def test_a_database_that_is_away_is_tried_again() -> None:
    log = _Log(outages=2)
    retention = Retention(log, CLOCK, 30.0, first_after_s=0, every_s=0, pause_s=0, batch=10)  # type: ignore[arg-type]
    async with beside(retention.run), asyncio.timeout(5):
        await log.is_empty.wait()
    assert log.outages == 0
