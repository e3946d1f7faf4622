"""Sessions, messages, turns and events to keep, each with an id of its own."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from agent_runtime.core.conversation import LoggedEvent, NewMessage, Session
from agent_runtime.core.turns import Claim, KeptTurn

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def new_id() -> str:
    """An id nothing else has."""
    return str(uuid.uuid4())


def session(**values: Any) -> Session:
    """A session at noon."""
    return Session(**{"id": new_id(), "character": "ada", "created_at": NOON, "updated_at": NOON, **values})


def message(session_id: str, content: str = "hello", **values: Any) -> NewMessage:
    """A user's message, a second after noon."""
    given = {"id": new_id(), "role": "user", "created_at": NOON + timedelta(seconds=1), **values}
    return NewMessage(session_id=session_id, content=content, **given)


def turn(session_id: str, **values: Any) -> KeptTurn:
    """A turn at noon that runs."""
    given = {"id": new_id(), "user_message_id": new_id(), "owner": "me", "created_at": NOON, "updated_at": NOON}
    return KeptTurn(session_id=session_id, **{**given, **values})


def claim(key: str, **values: Any) -> Claim:
    """Somebody's claim to a key."""
    return Claim(**{"scope": "somebody", "key": key, "fingerprint": "f", **values})


def event(**values: Any) -> LoggedEvent:
    """A bid at noon."""
    usual = {
        "id": new_id(),
        "timestamp": NOON,
        "type": "auction:bid:placed",
        "source": "auction-engine",
        "channel": "events:auction",
        "data": {"amount": "12.5"},
    }
    return LoggedEvent(**{**usual, **values})
