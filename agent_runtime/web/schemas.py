"""Requests and replies of the native API: snake_case JSON, unknown fields refused."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

from agent_runtime.agents.agent import LONGEST_SAID
from agent_runtime.chat.conversations import Mode
from agent_runtime.chat.turn import Turn
from agent_runtime.core.clock import iso
from agent_runtime.core.conversation import CharacterFile, LoggedEvent, Message, Session
from agent_runtime.core.memory import Memory
from agent_runtime.core.turns import KeptTurn, TurnKind, TurnState

Moment = Annotated[datetime, PlainSerializer(iso, return_type=str, when_used="json")]
LONGEST_PROMPT = 2000
ShortText = Annotated[str, StringConstraints(max_length=200)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class UserBody(_Request):
    id: ShortText = ""
    name: ShortText = ""


class NewSessionBody(_Request):
    """POST /api/sessions"""

    character: ShortText
    user: UserBody | None = None
    metadata: dict[str, Any] = Field(default_factory=dict, max_length=50)
    greeting: int | None = Field(default=None, ge=0, le=99, description="The character begins, with its greeting n.")


class TurnBody(_Request):
    """POST /api/sessions/{id}/messages"""

    content: str
    user: UserBody | None = None
    stream: bool = False
    mode: Mode = "queue"
    metadata: dict[str, Any] = Field(default_factory=dict, max_length=50)


class RegenerateBody(_Request):
    """POST /api/messages/{id}/regenerate"""

    user: UserBody | None = None
    stream: bool = False
    mode: Mode = "queue"


class EditBody(RegenerateBody):
    """POST /api/messages/{id}/edit"""

    content: str


class PreviewBody(_Request):
    """POST /api/sessions/{id}/preview"""

    content: str
    user: UserBody | None = None
    notes: Annotated[str, StringConstraints(max_length=16_000)] = ""


class SayBody(_Request):
    """POST /api/agents/{id}/say: exactly one of a line to say and a prompt to answer."""

    content: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SAID)] | None = None
    prompt: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PROMPT)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "SayBody":
        if (self.content is None) == (self.prompt is None):
            raise ValueError("give either 'content' or 'prompt'")
        return self


class SessionView(BaseModel):
    id: str
    character: str
    title: str | None
    created_at: Moment
    updated_at: Moment
    message_count: int
    metadata: dict[str, Any]

    @classmethod
    def of(cls, session: Session) -> "SessionView":
        return cls(**session.model_dump(exclude={"agent_id"}))


class MessageView(BaseModel):
    id: str
    session_id: str
    seq: int
    parent_id: str | None
    role: str
    kind: str
    content: str
    created_at: Moment
    turn_id: str | None
    active: bool
    interrupted: bool
    cause: tuple[str, ...]
    as_of: str | None
    explanation: dict[str, Any] | None

    @classmethod
    def of(cls, message: Message) -> "MessageView":
        return cls.model_validate(message, from_attributes=True)


class CharacterFileView(BaseModel):
    """The character of a session, as a file has it."""

    session_id: str
    content: dict[str, Any]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, file: CharacterFile) -> "CharacterFileView":
        return cls(**file.model_dump(exclude={"id"}))


class TurnProblem(BaseModel):
    code: str
    detail: str


class TurnView(BaseModel):
    """A turn as it stands; `text` is the reply as far as it has come."""

    id: str
    session_id: str
    state: TurnState
    kind: TurnKind
    user_message_id: str
    message_id: str | None
    created_at: Moment
    updated_at: Moment
    model: str | None
    usage: dict[str, int | None]
    problem: TurnProblem | None
    text: str

    @classmethod
    def of(cls, kept: KeptTurn, live: Turn | None, text: str = "") -> "TurnView":
        """`live` knows more than what is kept, while the turn is at hand; `text` is the reply where it is not."""
        is_running = live is not None and not live.is_over
        return cls(
            **kept.model_dump(include={"id", "session_id", "kind", "user_message_id", "message_id", "model"}),
            created_at=kept.created_at,
            updated_at=kept.updated_at,
            state=live.state if live is not None and is_running else kept.state,
            usage={"prompt_tokens": kept.prompt_tokens, "completion_tokens": kept.completion_tokens},
            problem=TurnProblem(code=kept.error_code, detail=kept.error or "") if kept.error_code else None,
            text=live.text if live is not None else text,
        )


class EventView(BaseModel):
    """One row of the event log; `reason` says why a dead letter could not be used, `received_at` when it was heard."""

    seq: int
    id: str
    timestamp: Moment
    type: str
    source: str
    channel: str
    data: dict[str, Any]
    reason: str | None
    received_at: Moment | None

    @classmethod
    def of(cls, event: LoggedEvent) -> "EventView":
        return cls(**event.model_dump())


class MemoryView(BaseModel):
    """What an agent remembers; `score` is there where it came to mind at a question."""

    id: str
    agent_id: str
    kind: str
    subject: str
    text: str
    importance: float
    about_user: str | None
    source_message_id: str | None
    created_at: Moment
    last_used_at: Moment | None
    score: float | None = None

    @classmethod
    def of(cls, memory: Memory, score: float | None = None) -> "MemoryView":
        return cls(**memory.model_dump(), score=score)
