"""Messages in SQL: the port `core.ports.Messages`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, desc, select, update

from agent_runtime.core.conversation import Message, NewMessage, Page
from agent_runtime.core.errors import NotFound
from agent_runtime.store.appending import append
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.cursor import read_seq_cursor, seq_cursor
from agent_runtime.store.engine import Engine
from agent_runtime.store.memory_tables import session_summaries
from agent_runtime.store.paging import check_limit, page_of
from agent_runtime.store.tables import messages, sessions
from agent_runtime.store.text import check_id, check_known, check_text, is_storable
from agent_runtime.store.writer import Writer, one_by_one

_CURSOR = "messages"
_SELECT = select(*(messages.c[name] for name in Message.model_fields))


@dataclass(frozen=True)
class SqlMessages:
    """Messages as kept, in either database."""

    engine: Engine
    writer: Writer

    async def append(self, message: NewMessage) -> Message:
        """Keep a message in the next place of its session. Raises NotFound, Refused, Busy, Unavailable."""
        return await self.writer.write(append, _storable(message))

    async def get(self, message_id: str) -> Message:
        """Raises NotFound."""
        check_known("message", message_id)
        row = await self.engine.read(lambda db: db.execute(_SELECT.where(messages.c.id == message_id)).first())
        if row is None:
            raise NotFound("message", message_id)
        return _message(row)

    async def recent(self, session_id: str, limit: int) -> Sequence[Message]:
        """The newest `limit` messages in ascending order, from the end of the index; () for an unknown session."""
        if limit < 1 or not is_storable(session_id):
            return ()
        query = _SELECT.where(messages.c.session_id == session_id).order_by(desc(messages.c.seq)).limit(limit)
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return tuple(_message(row) for row in reversed(rows))

    async def list(self, session_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Message]:
        """One page, ascending. Raises NotFound, Refused."""
        check_limit(limit)
        check_known("session", session_id)
        after = read_seq_cursor(_CURSOR, cursor)
        rows = await self.engine.read(lambda db: _list(db, session_id, after, limit))
        if rows is None:
            raise NotFound("session", session_id)
        return page_of([_message(row) for row in rows], limit, lambda last: seq_cursor(_CURSOR, last.seq))

    async def mark_interrupted(self, message_id: str) -> None:
        """Note that the message was cut short. Raises NotFound."""
        check_known("message", message_id)
        await self.writer.write(_mark_interrupted, message_id)

    async def delete_all(self, session_id: str) -> int:
        """Delete the messages of a session and its summary; the next one takes place 1 again. Raises NotFound."""
        check_known("session", session_id)
        return await self.writer.write(_delete_all, session_id)


def _storable(message: NewMessage) -> NewMessage:
    """The message as it will be read back. Raises Refused, and NotFound for an impossible session."""
    check_known("session", message.session_id)
    check_id("message id", message.id)
    check_id("turn id", message.turn_id)
    check_text("content", message.content)
    check_text("as_of", message.as_of)
    for event_id in message.cause:
        check_text("cause", event_id)
    created_at = to_millisecond(message.created_at)
    # A copy costs more than all of the above, and most clocks give whole milliseconds already.
    return message if created_at == message.created_at else message.model_copy(update={"created_at": created_at})


def _message(row: Row[Any]) -> Message:
    return Message(**row._mapping)


def _list(db: Connection, session_id: str, after: int, limit: int) -> Sequence[Row[Any]] | None:
    """Rows with one to spare; None when there is no such session."""
    query = _SELECT.where(messages.c.session_id == session_id, messages.c.seq > after)
    rows = db.execute(query.order_by(messages.c.seq).limit(limit + 1)).all()
    if rows or db.execute(select(sessions.c.id).where(sessions.c.id == session_id)).first():
        return rows
    return None


def _mark_interrupted_one(db: Connection, message_id: str) -> NotFound | None:
    found = db.execute(update(messages).where(messages.c.id == message_id).values(interrupted=True)).rowcount
    return None if found else NotFound("message", message_id)


def _delete_all_one(db: Connection, session_id: str) -> int | NotFound:
    begun_anew = update(sessions).where(sessions.c.id == session_id).values(message_count=0, last_message_id=None)
    # First the session: its row is the lock under which messages come and go.
    if not db.execute(begun_anew).rowcount:
        return NotFound("session", session_id)
    # What summed them up goes with them: its places are given to other messages now.
    db.execute(delete(session_summaries).where(session_summaries.c.session_id == session_id))
    return db.execute(delete(messages).where(messages.c.session_id == session_id)).rowcount


_mark_interrupted = one_by_one(_mark_interrupted_one)
_delete_all = one_by_one(_delete_all_one)
