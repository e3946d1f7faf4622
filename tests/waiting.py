"""Waiting for a condition, with a bound: what tests do instead of sleeping."""

import asyncio
from collections.abc import Callable

_STEP_S = 0.002


async def until(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    """Look until it is so. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(_STEP_S)
