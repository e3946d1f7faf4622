"""Recalling and remembering under one name, as a conversation uses them."""

from dataclasses import dataclass

from agent_runtime.core.memory import PastLot, Recollection
from agent_runtime.memory.recalling import Hosts, Recalling
from agent_runtime.memory.remembering import Remembering


@dataclass(frozen=True)
class Mind:
    """What a reply may ask of memory: nothing here waits longer than a recall may take."""

    recalling: Recalling
    remembering: Remembering

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]:
        """As `Recalling.recall`."""
        return await self.recalling.recall(agent_id, question, about_user=about_user, name=name)

    def past(self, hosts: Hosts) -> tuple[PastLot, ...]:
        """As `Recalling.past`."""
        return self.recalling.past(hosts)

    def hear(self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = "") -> None:
        """As `Remembering.hear`."""
        self.remembering.hear(agent_id, user, text, message_id, is_public=is_public, name=name)
