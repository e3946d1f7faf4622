"""Turns in SQL: the port `core.turns.Turns`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.core.turns import Claim, Claimed, KeptTurn, TurnState
from agent_runtime.store.claims import taking
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.engine import Engine
from agent_runtime.store.indexing import Indexer
from agent_runtime.store.messages import storable
from agent_runtime.store.text import check_id, check_known, check_text, mended
from agent_runtime.store.turn_tables import UNFINISHED, turns
from agent_runtime.store.turning import AT_ONCE, Beginning, End, begin, finish, renew, sweep
from agent_runtime.store.writer import Writer

_SELECT = select(*(turns.c[name] for name in KeptTurn.model_fields))
_LONGEST_ERROR, _LONGEST_MODEL, _LONGEST_CODE, _LONGEST_MOOD = 2000, 200, 64, 32
_IDS = ("id", "user_message_id", "owner")
_MOST_TOKENS = 2**31 - 1


@dataclass(frozen=True)
class SqlTurns:
    """Turns as kept, in either database."""

    engine: Engine
    writer: Writer
    indexer: Indexer

    async def begin(
        self, turn: KeptTurn, message: NewMessage | None, claim: Claim | None = None
    ) -> Message | Claimed | None:
        """Keep claim, turn and message, or say what the key was claimed for. Raises TurnRunning, NotFound, Refused,
        Busy, Unavailable."""
        row = _storable(turn)
        if message is not None and message.session_id != turn.session_id:
            raise Refused("the message of a turn belongs to another session")
        given = None if claim is None else taking(claim, "turn", turn.id, row["created_at"])
        if message is not None and message.turn_id != turn.id:  # by which the turn is found when the session goes
            message = message.model_copy(update={"turn_id": turn.id})
        said = None if message is None else storable(message)
        outcome = await self.writer.write(begin, Beginning(row, said, given))
        if isinstance(outcome, Message):
            self.indexer.hear(outcome.session_id)
        return outcome

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
        """Keep the reply and the turn's end; None, and nothing is kept, when it is over. What comes from a model or
        its errors is cut and mended rather than refused. Raises NotFound, Refused, Busy, Unavailable."""
        check_known("turn", turn_id)
        end = {
            "state": state,
            "updated_at": to_millisecond(at),
            "error_code": _cut(error_code, _LONGEST_CODE),
            "error": _cut(error, _LONGEST_ERROR),
            "model": _cut(model, _LONGEST_MODEL),
            "mood": _cut(mood, _LONGEST_MOOD),
            "prompt_tokens": _counted(prompt_tokens),
            "completion_tokens": _counted(completion_tokens),
        }
        reply = None if message is None else storable(message)
        kept = await self.writer.write(finish, End(turn_id, end, reply))
        if kept is not None:
            self.indexer.hear(kept.session_id)
        return kept

    async def get(self, turn_id: str) -> KeptTurn:
        """Raises NotFound."""
        check_known("turn", turn_id)
        row = await self.engine.read(lambda db: db.execute(_SELECT.where(turns.c.id == turn_id)).first())
        if row is None:
            raise NotFound("turn", turn_id)
        return KeptTurn(**row._mapping)

    async def running(self, session_id: str) -> str | None:
        """The turn that runs in a session."""
        check_known("session", session_id)
        query = select(turns.c.id).where(turns.c.session_id == session_id, text(UNFINISHED))
        return await self.engine.read(lambda db: db.execute(query).scalar())

    async def renew(self, turn_ids: Sequence[str], now: datetime) -> None:
        """They are heard of now, a few at a time; those that are over stay as they are."""
        for first in range(0, len(turn_ids), AT_ONCE):
            some = turn_ids[first : first + AT_ONCE]
            await self.writer.write(renew, (some, to_millisecond(now)), bulk_rows=len(some))

    async def sweep(self, owner: str | None, before: datetime, now: datetime) -> Sequence[str]:
        """Turns, of `owner` or of anyone, that were last heard of before then become interrupted, a few at a time;
        their ids."""
        if owner is not None:
            check_text("owner", owner)
        swept: list[str] = []
        some: Sequence[str] = ()
        while not swept or len(some) == AT_ONCE:
            some = await self.writer.write(sweep, (owner, before, now), bulk_rows=AT_ONCE)
            swept += some
            if not some:
                break
        return tuple(swept)


def _storable(turn: KeptTurn) -> dict[str, Any]:
    """The turn as a row. Raises Refused, and NotFound for an impossible session."""
    row = dict(turn.__dict__)
    check_known("session", turn.session_id)
    for name in _IDS:
        check_id(name, row[name])
    began, moved = turn.created_at, turn.updated_at
    row["created_at"] = to_millisecond(began)
    row["updated_at"] = row["created_at"] if moved == began else to_millisecond(moved)
    return row


def _cut(text: str | None, limit: int) -> str | None:
    return None if text is None else mended(text[:limit])


def _counted(tokens: int | None) -> int | None:
    return None if tokens is None else min(max(tokens, 0), _MOST_TOKENS)
