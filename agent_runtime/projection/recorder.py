"""What should last of events, kept in batches off the speaking path; while the store is away, the newest are held."""

from collections.abc import Iterable
from typing import Any

import structlog

from agent_runtime.core.errors import Refused
from agent_runtime.core.platform import RECORDS, Record, User
from agent_runtime.core.records import RecordBook
from agent_runtime.projection.batches import Batches, Packing
from agent_runtime.projection.joining import joined

_BATCH = 100
_NOBODYS = {"twitter_handle": None, "email": None, "wallet_address": None}
_RECORD_OF = {kind.__name__: kind for kind in RECORDS}
_log = structlog.get_logger(__name__)


class Recorder:
    """Keeps records. `note` never waits. A record the store refuses is left out and counted; the others are kept."""

    def __init__(self, book: RecordBook) -> None:
        self._book = book
        self._batches: Batches[Record] = Batches(self._keep, _BATCH, Packing(_packed, _unpacked))
        self.run = self._batches.run
        self.close = self._batches.close
        self.refused = 0

    @property
    def lost(self) -> int:
        """How many records gave way while the store was away."""
        return self._batches.lost

    @property
    def is_healthy(self) -> bool:
        """Whether the store takes what is noted."""
        return self._batches.is_healthy

    def note(self, records: Iterable[Record]) -> None:
        """Keep soon."""
        for record in records:
            self._batches.note(record)

    async def _keep(self, noted: list[Record]) -> None:
        batch = joined(noted)
        try:
            await self._book.upsert(batch)
        except Refused:
            await self._keep_each(batch)

    async def _keep_each(self, batch: list[Record]) -> None:
        for record in batch:
            if await self._is_kept(record):
                continue
            # A handle that has moved to another account: whose it is now is not ours to say, that they bid is.
            if isinstance(record, User) and await self._is_kept(record.model_copy(update=_NOBODYS)):
                continue
            self.refused += 1
            _log.warning("record refused", kind=type(record).__name__, id=record.id)

    async def _is_kept(self, record: Record) -> bool:
        try:
            await self._book.upsert([record])
        except Refused:
            return False
        return True


def _packed(record: Record) -> tuple[str, dict[str, Any]]:
    return type(record).__name__, record.model_dump(mode="json", exclude_none=True)


def _unpacked(packed: tuple[str, dict[str, Any]]) -> Record:
    name, fields = packed
    return _RECORD_OF[name].model_validate(fields)
