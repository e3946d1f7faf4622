"""Sessions and messages: what is said, by whom, in which order."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Role = Literal["user", "assistant"]
Kind = Literal["chat", "narration"]
T = TypeVar("T")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Session(_Value):
    """A conversation with a character. `agent_id` is set for the session an agent narrates into.

    `message_count` is also the `seq` of the newest message, 0 when there is none. `owner` is the name of the key that
    began it, None where it is nobody's but the operator's.
    """

    id: str
    character: str
    title: str | None = None
    created_at: datetime
    updated_at: datetime
    message_count: int = 0
    agent_id: str | None = None
    owner: str | None = None
    metadata: dict[str, Any] = {}


class Utterance(_Value):
    """What a message is before and after it is kept.

    `cause` holds ids of the events a narrated line answers, `as_of` the newest bid it knew of. `turn_id`
    joins a user's message with the reply to it. `explanation` says why a narrated line was said (see core/line.py).
    `chain` (64 hexadecimal digits) stands for everything that was said up to and with it, where somebody looks for it.
    """

    id: str
    session_id: str
    role: Role
    content: str
    created_at: datetime
    kind: Kind = "chat"
    turn_id: str | None = None
    interrupted: bool = False
    cause: tuple[str, ...] = ()
    as_of: str | None = None
    explanation: dict[str, Any] | None = None
    chain: str | None = None


class NewMessage(Utterance):
    """A message to be kept; the store gives it its place (`seq`) in the session.

    It follows the session's tip, which is `parent_id` where that is named. One that `branches` follows `parent_id`
    wherever it is (None: it begins the session anew) and becomes the tip of the active path.
    """

    parent_id: str | None = None
    branches: bool = False


class Message(Utterance):
    """A kept message. `seq` counts from 1 within the session and ascends along every path.

    `parent_id` is the message before it; `active` says whether it is on the path that the session shows.
    """

    seq: int
    parent_id: str | None = None
    active: bool = True


class Known(_Value):
    """A message that is known by its chain, and how things stand there.

    `is_tip` tells that the active path of its session ends with it, `is_being_answered` that its turn is not over.
    """

    id: str
    session_id: str
    role: Role
    chain: str
    created_at: datetime
    parent_id: str | None
    is_tip: bool
    is_being_answered: bool


class Found(_Value):
    """A message that was searched for, with its session."""

    session: Session
    message: Message


class CharacterFile(_Value):
    """The character a session was begun with or is making: one per session."""

    id: str
    session_id: str
    content: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class LoggedEvent(_Value):
    """One row of the event log. `seq` orders rows as they were kept; `reason` is set on dead letters.

    `timestamp` is the event's own, `received_at` when it was heard here (None in rows of older versions).
    """

    seq: int = 0
    id: str
    timestamp: datetime
    type: str
    source: str
    channel: str
    data: dict[str, Any]
    reason: str | None = None
    received_at: datetime | None = None


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is None at the end."""

    model_config = ConfigDict(frozen=True)

    data: tuple[T, ...]
    next_cursor: str | None = None
