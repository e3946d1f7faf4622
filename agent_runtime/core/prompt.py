"""What a model is asked: the values a prompt is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from agent_runtime.core.character import Character
from agent_runtime.core.conversation import Message
from agent_runtime.core.domain import Stage
from agent_runtime.core.memory import Memory, PastLot
from agent_runtime.core.presence import AgentScene, Mood
from agent_runtime.core.tokens import tokens_in

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a chat-completion request."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a prompt by its name, as it is sent; `tokens` is an estimate (see core/tokens.py).

    `message` is the number of the message it belongs to, from 0. Sections of one message have its role and are joined
    by an empty line. Names: system, lore, description, personality, scenario, style, adjectives, topics, guest, rules,
    example, notes, history, note, post_history, now, question.
    """

    name: str
    role: Role
    text: str
    tokens: int
    message: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens a model holds in all, and how many of them are left for its reply."""

    total: int = 16_384
    reply: int = 1_024

    def room(self, limit: int | None = None) -> int:
        """Tokens for the prompt, in a model that holds no more than `limit`."""
        total = self.total if limit is None else min(limit, self.total)
        return max(0, total - self.reply)


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


class Messages(Protocol):
    """Assembles the messages when somebody wants to read them.

    `limit` is how many tokens the model holds (prompt and reply), where that is less than was thought: an overflow
    was reported. A prompt that has nothing to leave out gives the same messages.
    """

    def __call__(self, limit: int | None = None) -> tuple[PromptMessage, ...]: ...


class Sections(Protocol):
    """The same by section, for whoever wants to see them: what `Messages` gives under the same limit."""

    def __call__(self, limit: int | None = None) -> tuple[Section, ...]: ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request to a ChatModel: `messages()` for models that read, the parts for the scripted voice.

    `history` is the bounded window of committed turns, oldest first, without the message to be answered;
    `question` is that message; `seed` makes a scripted reply repeatable. `assembled` are the sections that `messages`
    is made of, where it is made of any. `beside` are the replies that are there already, where another one is wanted.
    """

    character: Character
    user_name: str
    circumstances: Circumstances
    history: tuple[Message, ...]
    question: str
    seed: str
    messages: Messages
    assembled: Sections | None = None
    beside: tuple[str, ...] = ()

    def sections(self, limit: int | None = None) -> tuple[Section, ...]:
        """What `messages(limit)` is exactly made of; one section a message where nothing finer is known."""
        if self.assembled is not None:
            return self.assembled(limit)
        sent = enumerate(self.messages(limit))
        return tuple(Section("message", each.role, each.content, tokens_in(each.content), n) for n, each in sent)


def messages_of(sections: Iterable[Section]) -> tuple[PromptMessage, ...]:
    """The messages that `sections`, in their order, make up."""
    texts: list[list[str]] = []
    roles: list[Role] = []
    last = -1
    for each in sections:
        if each.message == last:
            texts[-1].append(each.text)
        else:
            texts.append([each.text])
            roles.append(each.role)
            last = each.message
    return tuple(PromptMessage(role, "\n\n".join(parts)) for role, parts in zip(roles, texts, strict=True))
