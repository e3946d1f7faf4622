"""Everything heard, kept in batches off the speaking path; while the store is away, the newest are held."""

from datetime import UTC, datetime
from typing import Any

from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.ports import Events
from agent_runtime.projection.batches import Batches, Packing

_BATCH = 100
_POSTED_AT_ONCE = 500


class Journal:
    """Writes the event log. `note` never waits; `keep` returns when the events are on disk."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._batches = Batches(events.append, _BATCH, Packing(_packed, _unpacked))
        self.note = self._batches.note
        self.run = self._batches.run
        self.close = self._batches.close

    @property
    def lost(self) -> int:
        """How many events gave way while the store was away."""
        return self._batches.lost

    @property
    def is_healthy(self) -> bool:
        """Whether the store takes what is noted."""
        return self._batches.is_healthy

    async def keep(self, events: list[LoggedEvent]) -> None:
        """Keep now. Raises Unavailable; events that are in the log already stay as they are."""
        for start in range(0, len(events), _POSTED_AT_ONCE):
            await self._events.append(events[start : start + _POSTED_AT_ONCE])


def _packed(event: LoggedEvent) -> dict[str, Any]:
    at, heard_at = event.timestamp.timestamp(), event.received_at and event.received_at.timestamp()
    return {**event.__dict__, "timestamp": at, "received_at": heard_at}


def _unpacked(packed: dict[str, Any]) -> LoggedEvent:
    at, heard_at = packed["timestamp"], packed["received_at"]
    received_at = None if heard_at is None else datetime.fromtimestamp(heard_at, UTC)
    return LoggedEvent(**{**packed, "timestamp": datetime.fromtimestamp(at, UTC), "received_at": received_at})
