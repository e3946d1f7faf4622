"""Turns as kept: how far each has come, the keys that make repeating harmless, traces; and the ports that keep them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from agent_runtime.core.conversation import Message, NewMessage

TurnState = Literal["accepted", "running", "done", "failed", "interrupted", "truncated"]
TurnKind = Literal["chat", "regenerate", "edit"]
ClaimKind = Literal["turn", "session", "message", "character"]
CLAIM_LIFETIME = timedelta(hours=24)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class KeptTurn(_Value):
    """A turn. `user_message_id` is the message it answers, `message_id` the reply, `owner` the process that runs it.

    `error_code` is one of core/errors.py, `error` a sentence for people; `mood` is what the character was in when it
    replied; tokens as the model counted them.
    """

    id: str
    session_id: str
    state: TurnState = "running"
    kind: TurnKind = "chat"
    user_message_id: str
    message_id: str | None = None
    owner: str
    created_at: datetime
    updated_at: datetime
    error_code: str | None = None
    error: str | None = None
    model: str | None = None
    mood: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Claim(_Value):
    """A caller's word that whatever it sends under this key again is the same request.

    `scope` says whose the key is and for what (1 to 255 characters, as the key); `fingerprint` (1 to 64) stands for
    the request's body.
    """

    scope: str
    key: str
    fingerprint: str


class Claimed(_Value):
    """What was made under a key before. A fingerprint that differs means that the key was used for something else."""

    fingerprint: str
    kind: ClaimKind
    id: str
    created_at: datetime


class Turns(Protocol):
    """Turns as kept. Returning from a write means it is committed and on disk."""

    async def begin(
        self, turn: KeptTurn, message: NewMessage | None, claim: Claim | None = None
    ) -> Message | Claimed | None:
        """Keep the claim, the turn and the user's message in one commit.

        When the key was claimed within 24 hours before `turn.created_at`, nothing is kept and what it was claimed for
        is returned. Beginning the same turn twice is beginning it once. Raises TurnRunning while another turn of the
        session is not over, whichever process runs it; what Messages.append raises.
        """
        ...

    async def finish(
        self,
        turn_id: str,
        state: TurnState,
        message: NewMessage | None,
        *,
        at: datetime,
        error_code: str | None = None,
        error: str | None = None,
        model: str | None = None,
        mood: str | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
    ) -> Message | None:
        """Keep the reply, if there is one, and the turn's last state in one commit.

        A turn that is over or not known is left alone: None, and no message is kept.
        """
        ...

    async def get(self, turn_id: str) -> KeptTurn:
        """Raises NotFound("turn", id)."""
        ...

    async def running(self, session_id: str) -> str | None:
        """The turn that runs in a session. Raises NotFound for what no session is called."""
        ...

    async def renew(self, turn_ids: Sequence[str], now: datetime) -> None:
        """Those of them that run are heard of now, so that nobody takes their process for dead."""
        ...

    async def sweep(self, owner: str | None, before: datetime, now: datetime) -> Sequence[str]:
        """Turns, of `owner` or of anyone, that were last heard of before then become interrupted; their ids."""
        ...


class Claims(Protocol):
    """Keys under which something was asked for. One older than 24 hours is as if it were not there."""

    async def take(self, claim: Claim, kind: ClaimKind, identifier: str, at: datetime) -> Claimed | None:
        """Claim the key for what is called `identifier`: None, or what it was claimed for before."""
        ...

    async def get(self, scope: str, key: str, *, at: datetime) -> Claimed | None:
        """What the key stands for at that moment."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` of those claimed before then; how many it were."""
        ...


class Traces(Protocol):
    """What a model was sent and gave back, turn by turn; goes with the session, or when it is old."""

    async def save(self, turn_id: str, content: dict[str, Any], at: datetime) -> None:
        """Insert or replace, when nothing more urgent is to be written. Raises NotFound("turn", id)."""
        ...

    async def get(self, turn_id: str) -> dict[str, Any]:
        """As it was saved. Raises NotFound("trace", id)."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` rows of traces saved before then; how many it were."""
        ...
