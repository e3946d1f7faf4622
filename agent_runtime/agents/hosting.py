"""What answering the audience needs of the agent that is asked, of its voice and of its memory."""

from collections.abc import Callable
from typing import Protocol

from agent_runtime.core.character import Character
from agent_runtime.core.domain import Feeling
from agent_runtime.core.line import Prepared
from agent_runtime.core.memory import PastLot, Recollection
from agent_runtime.core.presence import RecentMessage
from agent_runtime.core.prompt import Circumstances


class Voice(Protocol):
    """What takes words that are ready (see narration/narrator.py); False when it does not. Monotonic seconds."""

    def offer(self, prepared: Prepared, now: float) -> bool: ...


class Host(Protocol):
    """The agent that is asked (see agents/agent.py)."""

    @property
    def id(self) -> str: ...

    @property
    def character(self) -> Character: ...

    @property
    def status(self) -> str: ...

    @property
    def is_muted(self) -> bool: ...

    @property
    def voice(self) -> Voice | None: ...

    @property
    def nudge(self) -> Callable[[], None]: ...

    def feel(self, feelings: tuple[Feeling, ...], trigger: str) -> None: ...

    def hear(self, interaction: RecentMessage) -> None: ...

    def circumstances(self) -> Circumstances: ...


class Mind(Protocol):
    """What comes to mind, and what is kept in mind (see memory/mind.py). Raises nothing."""

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]: ...

    def past(self, hosts: Callable[[str, str | None], bool]) -> tuple[PastLot, ...]: ...

    def hear(
        self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = ""
    ) -> None: ...
