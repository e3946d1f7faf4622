"""The recorder: records are kept in batches, a refused one alone is left out, a store that is away is waited for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from agent_runtime.core.errors import Busy, Refused, Unavailable
from agent_runtime.core.platform import Record, User
from agent_runtime.projection.batches import HELD_AT_MOST
from agent_runtime.projection.recorder import Recorder
from tests.waiting import beside, until

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class MemoryBook:
    """The port a recorder writes to: raises `fault` while there is one, refuses what has a name of `unwanted`."""

    batches: list[list[str]] = field(default_factory=list)
    fault: type[Unavailable] | type[Busy] | None = None
    unwanted: frozenset[str] = frozenset()

    async def upsert(self, records: Sequence[Record]) -> None:
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault("the database is down")
        if any(record.id in self.unwanted for record in records):
            raise Refused("not this one")
        self.batches.append([record.id for record in records])

    @property
    def ids(self) -> list[str]:
        return [record_id for batch in self.batches for record_id in batch]


@pytest.fixture
def book() -> MemoryBook:
    return MemoryBook()


@pytest.fixture
def recorder(book: MemoryBook) -> Recorder:
    return Recorder(book)


def user(number: int) -> User:
    return User(id=f"u{number}", created_at=MOMENT, updated_at=MOMENT)


async def test_what_is_noted_is_kept_in_order_and_in_batches(recorder: Recorder, book: MemoryBook) -> None:
    async with beside(recorder.run):
        recorder.note(user(number) for number in range(1200))
        recorder.note(())
        await until(lambda: len(book.ids) == 1200)
    assert book.ids == [f"u{number}" for number in range(1200)]
    assert [len(batch) for batch in book.batches] == [100] * 12


@pytest.mark.parametrize("fault", [Unavailable, Busy])
async def test_while_the_store_is_away_records_wait(
    recorder: Recorder, book: MemoryBook, fault: type[Unavailable] | type[Busy]
) -> None:
    book.fault = fault
    async with beside(recorder.run):
        recorder.note([user(1)])
        await until(lambda: not recorder.is_healthy)
        recorder.note([user(2)])
        book.fault = None
        await until(lambda: book.ids == ["u1", "u2"])
        await until(lambda: recorder.is_healthy)
    assert recorder.lost == 0


async def test_a_record_that_is_refused_costs_its_neighbours_nothing(recorder: Recorder, book: MemoryBook) -> None:
    book.unwanted = frozenset({"u1", "u3"})
    recorder.note(user(number) for number in range(5))
    await recorder.close()
    assert book.ids == ["u0", "u2", "u4"]
    assert (recorder.refused, recorder.lost) == (2, 0)
    recorder.note([user(5)])
    await recorder.close()
    assert book.ids == ["u0", "u2", "u4", "u5"]


async def test_a_buffer_that_is_full_loses_its_eldest_and_counts_it(recorder: Recorder, book: MemoryBook) -> None:
    recorder.note(user(number) for number in range(HELD_AT_MOST + 3))
    await recorder.close()
    assert recorder.lost == 3
    assert book.ids[0] == "u3"
    assert len(book.ids) == HELD_AT_MOST


async def test_closing_while_the_store_is_away_counts_what_is_lost(recorder: Recorder, book: MemoryBook) -> None:
    book.fault = Unavailable
    recorder.note([user(1), user(2)])
    await recorder.close()
    assert recorder.lost == 2
