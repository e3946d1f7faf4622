"""What a client says was said before, kept as it tells it, with the chain by which it is known again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent_runtime.chat.chain import Said, link
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.ports import Messages

_AT_ONCE = 200


@dataclass(frozen=True)
class Importing:
    """Keeps histories."""

    messages: Messages
    clock: Clock
    new_id: Callable[[], str]

    async def keep(
        self, session_id: str, chain: str, history: Sequence[Said], after: str | None = None
    ) -> Sequence[Message]:
        """Keep it behind the message `after`, whose chain is `chain`; without one it begins a session that is new.

        Raises NotFound, Refused, Busy, Unavailable.
        """
        kept: list[Message] = []
        for first in range(0, len(history), _AT_ONCE):
            news: list[NewMessage] = []
            for said in history[first : first + _AT_ONCE]:
                chain = link(chain, said.role, said.text)
                news.append(self._message(session_id, chain, said, after))
                after = news[-1].id if after is not None else None
            kept += await asyncio.gather(*(self.messages.append(message) for message in news))
        return kept

    def _message(self, session_id: str, chain: str, said: Said, after: str | None) -> NewMessage:
        return NewMessage(
            id=self.new_id(),
            session_id=session_id,
            role=said.role,
            content=said.text,
            created_at=utc(self.clock.time()),
            chain=chain,
            parent_id=after,
            branches=after is not None,
        )
