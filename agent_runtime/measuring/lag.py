"""How late the event loop is: a tick four times a second, and by how much each comes too late."""

import asyncio
import time
from dataclasses import dataclass, field

from agent_runtime.core.measures import Histogram

_EVERY_S = 0.25


@dataclass
class Ticker:
    """`late` says how late ticks were: so long whatever was due at that moment had to wait. `since` is Unix time."""

    every_s: float = _EVERY_S
    since: float = field(default_factory=time.time)
    late: Histogram = field(default_factory=Histogram)

    async def run(self) -> None:
        """Tick for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self.every_s
            await asyncio.sleep(self.every_s)
            self.late.observe(loop.time() - due)
