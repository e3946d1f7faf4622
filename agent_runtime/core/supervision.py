"""Tasks that must not end: each is restarted when it fails, and a process that cannot keep one alive gives up."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

_FIRST_PAUSE_S = 0.1
_MOST_RESTARTS = 20
_WITHIN_S = 60.0
_log = structlog.get_logger(__name__)


class GivenUp(Exception):
    """A task failed more than twenty times within a minute; a restart of the process is the better cure."""


@dataclass
class Supervisor:
    """Runs children for ever. One that fails or returns does not disturb the others."""

    longest_pause_s: float = 30.0
    restarts: dict[str, int] = field(default_factory=dict)

    async def keep(self, name: str, child: Callable[[], Awaitable[None]]) -> None:
        """Run `child` again whenever it ends. Raises GivenUp. This is the named supervisor of background work."""
        recent: deque[float] = deque(maxlen=_MOST_RESTARTS)
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await child()
                _log.error("task returned", task=name)
            except Exception:  # noqa: BLE001 - the named supervisor of background work
                _log.exception("task failed", task=name)
            if loop.time() - began > _WITHIN_S:
                recent.clear()
            if len(recent) == _MOST_RESTARTS and loop.time() - recent[0] < _WITHIN_S:
                raise GivenUp(f"{name} failed {_MOST_RESTARTS} times within {_WITHIN_S:.0f} s")
            recent.append(loop.time())
            self.restarts[name] = self.restarts.get(name, 0) + 1
            await asyncio.sleep(random.uniform(0, min(self.longest_pause_s, _FIRST_PAUSE_S * 2 ** len(recent))))
