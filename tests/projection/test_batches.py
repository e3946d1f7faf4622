"""What waits to be written: small while it waits, the same when it is written."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.packed import LOOSE_AT_MOST
from agent_runtime.core.platform import Bid, Record
from agent_runtime.core.ports import Events
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
    return LoggedEvent(id=f"event-{number}", timestamp=_NOW + timedelta(seconds=number), received_at=_NOW, **fields)


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
