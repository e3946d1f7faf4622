"""Waiting to be written: replies before bulk, never in one commit, and bulk not for long."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection

from agent_runtime.core.errors import Busy
from agent_runtime.store.database import Database
from agent_runtime.store.waiting import BULK_WAITS_S, Unit, Waiting
from tests.store.values import message, session


def _nothing(_db: Connection, items: Sequence[str]) -> Sequence[str]:
    return items


@dataclass
class Room:
    """Units that wait, by their items, and a clock moved by hand."""

    now: float = 0.0
    waiting: Waiting = field(init=False)

    def __post_init__(self) -> None:
        self.waiting = Waiting(lambda: self.now)

    def enter(self, *items: str, bulk_rows: int = 0) -> None:
        loop = asyncio.get_running_loop()
        for item in items:
            self.waiting.add(Unit(_nothing, item, loop.create_future(), bulk_rows))

    def group(self) -> list[str]:
        return [unit.item for unit in self.waiting.next_group()]


@pytest.fixture
def room() -> Room:
    return Room()


async def test_what_a_reply_waits_for_goes_before_bulk_and_without_it(room: Room) -> None:
    room.enter("events", bulk_rows=100)
    room.enter("line", "message")
    assert room.group() == ["line", "message"]
    assert room.group() == ["events"]
    assert room.group() == []


async def test_bulk_goes_once_it_was_let_by_for_long_enough_and_then_waits_again(room: Room) -> None:
    room.enter("events", "records", bulk_rows=100)
    room.enter("line 1")
    assert room.group() == ["line 1"]
    room.now += BULK_WAITS_S
    room.enter("line 2")
    assert room.group() == ["events"]
    assert room.group() == ["line 2"]
    room.enter("line 3")
    assert room.group() == ["line 3"]
    room.now += BULK_WAITS_S
    room.enter("line 4")
    assert room.group() == ["records"]


async def test_bulk_that_nobody_held_up_has_not_waited(room: Room) -> None:
    room.enter("events", bulk_rows=1)
    assert room.group() == ["events"]
    room.now += 10 * BULK_WAITS_S
    room.enter("records", bulk_rows=1)
    room.enter("line")
    assert room.group() == ["line"]


async def test_small_pieces_of_bulk_go_together_and_large_ones_alone(room: Room) -> None:
    room.enter("a", "b", "c", bulk_rows=1)
    room.enter("large", bulk_rows=500)
    room.enter("d", bulk_rows=1)
    assert room.group() == ["a", "b", "c"]
    assert room.group() == ["large"]
    assert room.group() == ["d"]


async def test_bulk_leaves_room_for_the_others(room: Room) -> None:
    with pytest.raises(Busy):
        for _ in range(5000):
            room.enter("events", bulk_rows=1)
    room.enter("line")
    with pytest.raises(Busy):
        for _ in range(5000):
            room.enter("line")


async def test_what_is_drained_waits_no_longer(room: Room) -> None:
    room.enter("events", bulk_rows=1)
    room.enter("line")
    assert [unit.item for unit in room.waiting.drained()] == ["line", "events"]
    assert not room.waiting


async def test_bulk_is_written_while_messages_keep_coming(migrated_url: Callable[[str], str]) -> None:
    async with Database(migrated_url("sqlite")) as database:
        owner = await database.sessions.create(session())
        is_written = asyncio.Event()

        async def talk() -> None:
            while not is_written.is_set():
                await database.messages.append(message(owner.id))

        talks = [asyncio.create_task(talk()) for _ in range(4)]
        async with asyncio.timeout(30):
            assert await database.messages.writer.write(_nothing, "bulk", bulk_rows=1) == "bulk"
        is_written.set()
        await asyncio.gather(*talks)
