"""Turns that a crash left running are ended: at the start, and where others share the database, again and again."""

import asyncio
from dataclasses import dataclass

import structlog

from agent_runtime.chat.conversations import Conversations
from agent_runtime.core.errors import Busy, Unavailable

_EVERY_S = 30.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweeping:
    """`is_alone` says that no other process has turns on this store; else one is left when nothing was heard of it for
    `longest_s`, which no turn that runs takes."""

    conversations: Conversations
    is_alone: bool
    longest_s: float

    async def first(self) -> None:
        """What was left before this process began. Raises Unavailable."""
        await self.conversations.sweep(0.0 if self.is_alone else self.longest_s)

    async def run(self) -> None:
        """What others leave, for ever."""
        while True:
            await asyncio.sleep(_EVERY_S)
            if self.is_alone:
                continue
            try:
                await self.conversations.sweep(self.longest_s)
            except (Unavailable, Busy) as fault:
                _log.warning("turns left running stay for now", why=str(fault))
