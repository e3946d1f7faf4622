"""What a conversation asks of memory, and a memory without anything in it."""

from collections.abc import Callable
from typing import Protocol

from agent_runtime.core.memory import PastLot, Recollection


class Recollector(Protocol):
    """What comes to mind for a reply, and what is said to be remembered (see memory/mind.py). Raises nothing."""

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]:
        """Best first, soon or not at all: what is public and what `about_user`, called `name`, told in private."""
        ...

    def past(self, hosts: Callable[[str, str | None], bool]) -> tuple[PastLot, ...]:
        """Lots that are over, the newest first, of those that `hosts` (lot, campaign) says yes to; no wait."""
        ...

    def hear(self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = "") -> None:
        """What `user` told is remembered some time; no wait."""
        ...


class Forgetful:
    """A Recollector that keeps nothing and knows nothing."""

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]:
        return ()

    def past(self, hosts: Callable[[str, str | None], bool]) -> tuple[PastLot, ...]:
        return ()

    def hear(self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = "") -> None:
        return None
