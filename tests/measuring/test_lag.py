"""The loop's own lateness is noticed."""

import asyncio
import time

from agent_runtime.core.measures import Histogram
from agent_runtime.measuring.lag import Ticker


async def test_a_loop_that_was_blocked_shows_as_a_late_tick() -> None:
    ticker = Ticker(every_s=0.01, late=Histogram((0.1,)))
    ticking = asyncio.create_task(ticker.run())
    async with asyncio.timeout(20):
        while not ticker.late.counts[0]:
            await asyncio.sleep(0)
        time.sleep(0.2)  # what must not be done, done
        while not ticker.late.counts[1]:
            await asyncio.sleep(0)
    ticking.cancel()
    assert ticker.late.total >= 0.1
