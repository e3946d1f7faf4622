"""Tasks with a name and an owner, so that none is lost and all can be waited for."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """Owns tasks that come and go. A task spawned here answers for its own failures."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start `work`; it goes on whatever happens to the caller."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self, grace_s: float) -> None:
        """Give what runs `grace_s` seconds, then cancel it and wait until it has put its things in order."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=grace_s)
        left = set(self._tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
