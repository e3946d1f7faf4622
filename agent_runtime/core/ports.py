"""What rooms ask of each other, as small protocols; each docstring is the contract both sides are tested by."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from agent_runtime.core.conversation import CharacterFile, Found, Known, LoggedEvent, Message, NewMessage, Page, Session
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.core.presence import AgentContext, AgentMood, AgentScene, AgentState
from agent_runtime.core.prompt import Prompt, PromptMessage


@dataclass(frozen=True, slots=True)
class Sent:
    """What a model is about to be asked, exactly: the model's name and the messages. The last one of a reply counts."""

    model: str
    messages: tuple[PromptMessage, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply as it is generated; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a complete reply. `reason` as the provider names it (`stop`, `length`); tokens where known.

    `model` is who answered, empty where that is not known; `is_fallback` tells that it was not the first choice.
    """

    reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    model: str = ""
    is_fallback: bool = False


class ChatModel(Protocol):
    """A model that answers. Safe to call from many tasks at once."""

    @property
    def name(self) -> str:
        """What the model calls itself, for traces and health."""
        ...

    def reply(self, prompt: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        """Deltas, then exactly one Finish. Raises ModelFailed when the reply is not complete.

        Before the first Delta there may be a Sent for every attempt, from models that read messages.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Sessions(Protocol):
    """Conversations as kept. Unknown ids raise NotFound("session", id)."""

    async def create(self, session: Session) -> Session: ...

    async def get(self, session_id: str) -> Session: ...

    async def for_agent(self, agent_id: str, character: str, session_id: str, now: datetime) -> Session:
        """The agent's own session, created under `session_id` when there is none: the same one for ever."""
        ...

    async def list(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        character: str | None = None,
        owner: str | None = None,
    ) -> Page[Session]:
        """Newest first, stable under inserts; with `owner` those of one key.

        A cursor that is not ours raises Refused.
        """
        ...

    async def update(
        self,
        session_id: str,
        *,
        title: str | None = None,
        metadata: dict[str, Any] | None = None,
        character: str | None = None,
    ) -> Session:
        """Replace what is given, leave what is None; `updated_at` stays. Raises NotFound, Refused."""
        ...

    async def delete(self, session_id: str) -> None:
        """Messages, turns, traces and character file go with it."""
        ...

    async def search(
        self,
        words: str,
        *,
        limit: int = 50,
        cursor: str | None = None,
        character: str | None = None,
        owner: str | None = None,
    ) -> Page[Found]:
        """Chat messages that have all of the telling words, on any path, newest first; () without a word.

        Whatever was said in this process is found, but for a long backlog. Raises Refused.
        """
        ...

    async def index_some(self, limit: int) -> int:
        """Make at most `limit` messages more findable; 0 when there is nothing left to do."""
        ...


class Messages(Protocol):
    """Messages as kept. Returning from a write means it is committed and on disk."""

    async def append(self, message: NewMessage) -> Message:
        """Give it the next place in its session; moves the session's `updated_at`. Raises NotFound, also for the
        parent of a message that branches, and Moved for the parent of one that does not and is no tip.

        Keeping twice is keeping once: a second message with the same id returns the kept one.
        """
        ...

    async def get(self, message_id: str) -> Message: ...

    async def recent(self, session_id: str, limit: int) -> Sequence[Message]:
        """The newest `limit` messages of the active path in ascending order; cost independent of the session's
        length."""
        ...

    async def list(
        self, session_id: str, *, limit: int = 50, cursor: str | None = None, every: bool = False
    ) -> Page[Message]:
        """Ascending by seq from the start, or from where `cursor` points: the active path, or every message.

        Raises NotFound, Refused.
        """
        ...

    async def last(
        self, session_id: str, limit: int, *, before: int | None = None, every: bool = False
    ) -> Sequence[Message]:
        """The newest `limit` with a seq below `before`, ascending: of the active path, or of every message.

        Raises NotFound, Refused.
        """
        ...

    async def siblings(self, message_id: str) -> Sequence[Message]:
        """Messages with the same parent, itself among them, ascending by seq. Raises NotFound."""
        ...

    async def replies(self, message: Message) -> Sequence[Message]:
        """Messages that follow this one on any path, ascending by seq."""
        ...

    async def path(self, message_id: str, limit: int) -> Sequence[Message]:
        """The message and those before it, the newest `limit` (at most 1,000) in ascending order. Raises NotFound."""
        ...

    async def select(self, message_id: str) -> Message:
        """Make the path through this message active, down to the newest child at each step; its tip.

        Raises NotFound.
        """
        ...

    async def known(self, chain: str, before: str | None = None, *, limit: int = 5) -> Sequence[Known]:
        """Messages with this `chain` or the one `before`, in any session, newest first; of each at most `limit`."""
        ...

    async def mark_interrupted(self, message_id: str) -> None: ...

    async def delete_all(self, session_id: str) -> int:
        """Delete the messages of a session; returns how many there were. Raises NotFound."""
        ...


class CharacterFiles(Protocol):
    """One character file a session."""

    async def save(self, session_id: str, content: dict[str, Any], *, file_id: str, now: datetime) -> CharacterFile:
        """Insert or replace in one atomic statement; keeps the first id and created_at. Raises NotFound."""
        ...

    async def get(self, session_id: str) -> CharacterFile:
        """Raises NotFound("character file", session_id)."""
        ...

    async def delete(self, session_id: str) -> None:
        """Raises NotFound("character file", session_id)."""
        ...


class Events(Protocol):
    """The log of everything heard."""

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        """Keep a batch in one transaction; events whose id is there already are left as they are."""
        ...

    async def list(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        dead: bool | None = None,
    ) -> Page[LoggedEvent]:
        """Ascending by seq; `kind` is an event type, `since` and `until` bound the event's own timestamp.

        `dead`: only dead letters, only good ones, or both (None).
        """
        ...

    async def recent(self, limit: int, *, heard_since: datetime) -> Sequence[LoggedEvent]:
        """The newest `limit` good events of `events:auction` that were received since then, oldest first."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` of the oldest events received (or, unknown, stamped) before then; how many it were."""
        ...

    async def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that are in the log."""
        ...

    async def recent_ids(self, limit: int) -> Sequence[str]:
        """Ids of the newest events, oldest first."""
        ...


class LiveState(Protocol):
    """What is so now, where other services read it. Every write refreshes the key's expiry."""

    async def put_agent(self, state: AgentState) -> None: ...

    async def put_mood(self, mood: AgentMood) -> None: ...

    async def put_context(self, context: AgentContext) -> None: ...

    async def put_scene(self, scene: AgentScene) -> None: ...

    async def read_agent(self, agent_id: str) -> AgentState | None:
        """None when the key is missing, expired or not what the contract says."""
        ...

    async def read_mood(self, agent_id: str) -> AgentMood | None: ...

    async def read_context(self, agent_id: str) -> AgentContext | None: ...

    async def read_scene(self, agent_id: str) -> AgentScene | None: ...

    async def put_affect(self, agent_id: str, affect: bytes) -> None:
        """Keep the numbers behind a mood, so that it survives a restart."""
        ...

    async def read_affect(self, agent_id: str) -> bytes | None: ...


class EngineState(Protocol):
    """What the auction engine says is so now. Raises Unavailable."""

    async def lots(self, auction_ids: Sequence[str]) -> Sequence[LotSnapshot]:
        """All four keys of each lot, in the order asked for; up to fifty lots are read in one transaction."""
        ...

    async def auction_ids(self, limit: int = 10_000) -> Sequence[str]:
        """Lots the engine has a state for, sorted, after looking at about `limit` keys of the store."""
        ...


class Publisher(Protocol):
    """Where other services listen."""

    async def publish(self, channel: str, payload: bytes) -> None:
        """Send once, at most once; raises Unavailable when it cannot be sent within a second."""
        ...
