"""What only explains the past goes when it is old, a few rows at a time beside everything else."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import Busy, Unavailable
from agent_runtime.core.ports import Events
from agent_runtime.core.turns import CLAIM_LIFETIME, Claims, Traces

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Retention:
    """Keeps `events_days` days of the event log, `traces_days` of traces, idempotency keys while they count.

    Whoever writes waits for one batch at most.
    """

    events: Events
    clock: Clock
    events_days: float
    traces: Traces | None = None
    traces_days: float = 7.0
    claims: Claims | None = None
    first_after_s: float = 60.0
    every_s: float = 3600.0
    pause_s: float = 0.1
    batch: int = 128

    async def run(self) -> None:
        """Purge soon after the start, then every hour, for ever. What cannot be deleted now goes the next time."""
        await asyncio.sleep(self.first_after_s)
        while True:
            try:
                gone = await self.purge()
            except (Unavailable, Busy) as fault:
                _log.warning("what is old stays for now", why=str(fault))
            else:
                if gone:
                    _log.info("old events, traces and keys deleted", count=gone)
            await asyncio.sleep(self.every_s)

    async def purge(self) -> int:
        """Delete what is too old now; how many rows it was. Raises Unavailable, Busy."""
        gone = await self._purge(self.events, timedelta(days=self.events_days))
        if self.traces is not None:
            gone += await self._purge(self.traces, timedelta(days=self.traces_days))
        if self.claims is not None:
            gone += await self._purge(self.claims, CLAIM_LIFETIME)
        return gone

    async def _purge(self, kept: "_Purged", age: timedelta) -> int:
        before = utc(self.clock.time()) - age
        gone, some = 0, self.batch
        while some == self.batch:
            some = await kept.purge(before, self.batch)
            gone += some
            await asyncio.sleep(self.pause_s)
        return gone


class _Purged(Protocol):
    async def purge(self, before: datetime, limit: int) -> int: ...
