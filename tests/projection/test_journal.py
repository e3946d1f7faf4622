"""The journal: everything heard is kept in batches, in order, and a store that is away costs patience, not events."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest

from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.ports import Events
from agent_runtime.projection.batches import HELD_AT_MOST
from agent_runtime.projection.journal import Journal
from tests.waiting import beside, until


@dataclass
class MemoryEvents:
    """The part of the port a journal writes to; away while `is_away`."""

    batches: list[list[str]] = field(default_factory=list)
    is_away: bool = False

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("the database is down")
        self.batches.append([event.id for event in events])

    @property
    def ids(self) -> list[str]:
        return [event_id for batch in self.batches for event_id in batch]


@pytest.fixture
def events() -> MemoryEvents:
    return MemoryEvents()


@pytest.fixture
def journal(events: MemoryEvents) -> Journal:
    return Journal(cast(Events, events))


def heard(number: int) -> LoggedEvent:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return LoggedEvent(id=f"e-{number}", timestamp=moment, type="x", source="", channel="events:auction", data={})


async def test_what_is_noted_is_written_in_order_and_in_batches(journal: Journal, events: MemoryEvents) -> None:
    async with beside(journal.run):
        for number in range(1200):
            journal.note(heard(number))
        await until(lambda: len(events.ids) == 1200)
    assert events.ids == [f"e-{number}" for number in range(1200)]
    assert [len(batch) for batch in events.batches] == [100] * 12


async def test_what_is_kept_is_in_the_log_when_the_call_returns(journal: Journal, events: MemoryEvents) -> None:
    await journal.keep([heard(number) for number in range(501)])
    assert [len(batch) for batch in events.batches] == [500, 1]
    events.is_away = True
    with pytest.raises(Unavailable):
        await journal.keep([heard(1)])


async def test_while_the_store_is_away_events_wait_and_health_says_so(journal: Journal, events: MemoryEvents) -> None:
    events.is_away = True
    async with beside(journal.run):
        journal.note(heard(1))
        await until(lambda: not journal.is_healthy)
        journal.note(heard(2))
        events.is_away = False
        await until(lambda: events.ids == ["e-1", "e-2"])
        await until(lambda: journal.is_healthy)
    assert journal.lost == 0


async def test_a_buffer_that_is_full_loses_its_eldest_and_counts_it(journal: Journal, events: MemoryEvents) -> None:
    for number in range(HELD_AT_MOST + 3):
        journal.note(heard(number))
    await journal.close()
    assert journal.lost == 3
    assert events.ids[0] == "e-3"
    assert len(events.ids) == HELD_AT_MOST


async def test_closing_writes_what_is_held_or_counts_it_lost(journal: Journal, events: MemoryEvents) -> None:
    journal.note(heard(1))
    await journal.close()
    assert events.ids == ["e-1"]
    events.is_away = True
    journal.note(heard(2))
    await journal.close()
    assert journal.lost == 1
