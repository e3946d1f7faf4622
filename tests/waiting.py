"""Waiting for a condition, with a bound: what tests do instead of sleeping; and what runs beside them meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

_STEP_S = 0.002
_ASKED_EVERY_S = 0.01
T = TypeVar("T")


async def until(condition: Callable[[], object], within_s: float = 20.0) -> None:
    """Look until it is so. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(_STEP_S)


async def asked_until(
    ask: Callable[[], Awaitable[T]], is_so: Callable[[T], object] = bool, within_s: float = 20.0
) -> T:
    """Ask until the answer is so, by default until there is something in it; that answer. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not is_so(answer := await ask()):
            await asyncio.sleep(_ASKED_EVERY_S)
    return answer


@asynccontextmanager
async def beside(*works: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Each of them runs, for ever, until the test leaves; a work that failed before fails it then."""
    tasks = [asyncio.create_task(work()) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        assert task.cancelled() or task.result() is None
