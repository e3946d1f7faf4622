"""Turns whose process is gone are ended, so that their sessions are free: at the start, and then again and again."""

import asyncio
from dataclasses import dataclass

import structlog

from agent_runtime.chat.conversations import Conversations
from agent_runtime.core.errors import Busy, Unavailable

_EVERY_S = 5.0
_DEAD_AFTER_S = 20.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweeping:
    """Renews the turns of this process, and ends those that nobody has renewed for twenty seconds.

    What there is of this runtime's own at the start was left by a crash; where `is_alone` says that no other process
    has turns on this store, so was everything else. Clocks of processes that share a store may differ by ten seconds,
    no more.
    """

    conversations: Conversations
    is_alone: bool
    every_s: float = _EVERY_S
    dead_after_s: float = _DEAD_AFTER_S

    async def first(self) -> None:
        """What was left before this process began. Raises Unavailable."""
        await self.conversations.sweep(0.0, None if self.is_alone else self.conversations.owner)

    async def run(self) -> None:
        """For ever. What was not renewed in time because this process stood still is renewed first."""
        while True:
            await asyncio.sleep(self.every_s)
            try:
                await self.conversations.renew()
                await self.conversations.sweep(self.dead_after_s)
            except (Unavailable, Busy) as fault:
                _log.warning("turns left running stay for now", why=str(fault))
