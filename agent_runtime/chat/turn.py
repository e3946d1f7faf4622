"""A turn while it runs: the reply grows in a buffer that any number of watchers may read, leave and read again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.ports import Finish
from agent_runtime.core.presence import Mood


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished turn: both messages as kept, the mood they left, the model's own account."""

    turn_id: str
    user_message: Message
    message: Message
    mood: Mood
    finish: Finish


@dataclass
class Turn:
    """One question and the reply to it. Owned by the runtime: nobody who watches can end it."""

    id: str
    user_message: Message
    _deltas: list[str] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _reply: Reply | None = None
    _fault: RuntimeFault | None = None

    @property
    def text(self) -> str:
        """The reply as far as it has come."""
        return "".join(self._deltas)

    def grow(self, delta: str) -> None:
        """Add a piece of the reply."""
        self._deltas.append(delta)
        self._wake()

    def finish(self, reply: Reply) -> None:
        """The reply is complete and kept."""
        self._reply = reply
        self._wake()

    def fail(self, fault: RuntimeFault) -> None:
        """There will be no complete reply."""
        self._fault = fault
        self._wake()

    async def deltas(self) -> AsyncIterator[str]:
        """The pieces from the first on, as they come; ends with the turn, however it ends."""
        seen = 0
        while True:
            news = self._news
            while seen < len(self._deltas):
                yield self._deltas[seen]
                seen += 1
            if self._is_over:
                return
            await news.wait()

    async def reply(self) -> Reply:
        """The finished turn. Raises the fault that ended it."""
        while not self._is_over:
            await self._news.wait()
        if self._reply is None:
            raise self._fault or RuntimeFault("the turn ended without a reply")
        return self._reply

    @property
    def _is_over(self) -> bool:
        return self._reply is not None or self._fault is not None

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
