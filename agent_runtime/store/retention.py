"""What only explains the past goes when it is old, a few rows at a time beside everything else."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import Busy, Unavailable
from agent_runtime.core.ports import Events

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Retention:
    """Keeps `events_days` days of the event log. Whoever writes waits for one batch at most."""

    events: Events
    clock: Clock
    events_days: float
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
                _log.warning("old events stay for now", why=str(fault))
            else:
                if gone:
                    _log.info("old events deleted", count=gone)
            await asyncio.sleep(self.every_s)

    async def purge(self) -> int:
        """Delete the events that are too old now; how many they were. Raises Unavailable, Busy."""
        before = utc(self.clock.time()) - timedelta(days=self.events_days)
        gone, some = 0, self.batch
        while some == self.batch:
            some = await self.events.purge(before, self.batch)
            gone += some
            await asyncio.sleep(self.pause_s)
        return gone
