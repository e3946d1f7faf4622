"""What a model is asked: the values a prompt is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from agent_runtime.core.character import Character
from agent_runtime.core.conversation import Message
from agent_runtime.core.domain import Stage
from agent_runtime.core.memory import Memory, PastLot
from agent_runtime.core.presence import AgentScene, Mood


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a chat-completion request."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How things stand for a character right now.

    `feeling` is the mood in words for a model ("elated, commanding"); `stages` are the subjects it hosts,
    the one in hand first, empty for a character that hosts nothing. `past` are lots that are over, the newest
    first; `memories` is what came to mind, best first; `summary` what was said before the window of history.
    """

    mood: Mood
    feeling: str
    scene: AgentScene | None = None
    stages: tuple[Stage, ...] = ()
    locale: str = "en_US"
    past: tuple[PastLot, ...] = ()
    memories: tuple[Memory, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request to a ChatModel: `messages()` for models that read, the parts for the scripted voice.

    `history` is the bounded window of committed turns, oldest first, without the message to be answered;
    `question` is that message; `seed` makes a scripted reply repeatable.
    """

    character: Character
    user_name: str
    circumstances: Circumstances
    history: tuple[Message, ...]
    question: str
    seed: str
    messages: Callable[[], tuple[PromptMessage, ...]]
