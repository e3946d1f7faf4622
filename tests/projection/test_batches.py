"""What waits to be written: small while it waits, the same when it is written."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.packed import LOOSE_AT_MOST
from agent_runtime.core.platform import Bid, Record
from agent_runtime.core.ports import Events
from agent_runtime.projection.batches import HELD_AT_MOST, Batches, Packing
from agent_runtime.projection.journal import Journal
from agent_runtime.projection.recorder import Recorder

_NOW = datetime(2026, 11, 21, 12, 30, 1, 250_000, UTC)


class Shelf:
    """Takes everything at once, and keeps it in order."""

    def __init__(self) -> None:
        self.kept: list[LoggedEvent | Record] = []

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        self.kept += events

    async def upsert(self, records: Sequence[Record]) -> None:
        self.kept += records


def _event(number: int) -> LoggedEvent:
    data = {"auctionId": "lot-1", "amount": "12.5", "deep": [{"ä": None, "n": 1.5, "b": True}], "number": number}
    fields = {"type": "auction:bid:placed", "source": "auction-engine", "channel": "events:auction", "data": data}
    at = _NOW + timedelta(seconds=number)
    return LoggedEvent(id=f"event-{number}", timestamp=at, received_at=_NOW if number % 2 else None, **fields)


def _bid(number: int) -> Bid:
    return Bid(id=f"bid-{number}", created_at=_NOW, amount=Decimal("0.00000001") * number, auction_id="lot-1")


async def test_events_that_had_to_wait_are_written_as_they_were_heard() -> None:
    shelf = Shelf()
    journal, events = Journal(cast(Events, shelf)), [_event(number) for number in range(3 * LOOSE_AT_MOST)]
    for event in events:
        journal.note(event)
    await journal.close()
    assert shelf.kept == events


async def test_records_that_had_to_wait_are_written_as_they_were_noted() -> None:
    shelf = Shelf()
    recorder, bids = Recorder(shelf), [_bid(number) for number in range(3 * LOOSE_AT_MOST)]
    recorder.note(bids)
    await recorder.close()
    assert shelf.kept == bids


async def test_what_gives_way_while_it_is_written_costs_nothing_else_its_place() -> None:
    written: list[int] = []
    is_written = asyncio.Event()

    async def write(batch: list[int]) -> None:
        written.extend(batch)
        await is_written.wait()

    batches = Batches(write, 100, Packing(lambda number: number, lambda number: number))
    for number in range(HELD_AT_MOST):
        batches.note(number)
    closing = asyncio.create_task(batches.close(), name="closing")
    async with asyncio.timeout(5):
        while not written:
            await asyncio.sleep(0)
        for number in range(HELD_AT_MOST, HELD_AT_MOST + 130):  # more than are being written
            batches.note(number)
        is_written.set()
        await closing
    await batches.close()
    assert batches.lost == 130
    assert written == [*range(100), *range(130, HELD_AT_MOST + 130)]
