"""Messages in SQL: the port `core.ports.Messages`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from agent_runtime.core.conversation import Known, Message, NewMessage, Page
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.appending import append
from agent_runtime.store.branching import choose
from agent_runtime.store.chains import known
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.cursor import read_seq_cursor, seq_cursor
from agent_runtime.store.ending import delete_turns
from agent_runtime.store.engine import Engine
from agent_runtime.store.indexing import Indexer
from agent_runtime.store.memory_tables import session_summaries
from agent_runtime.store.paging import check_limit, page_of
from agent_runtime.store.tables import messages, sessions
from agent_runtime.store.text import check_id, check_known, check_text, is_storable
from agent_runtime.store.tree import COLUMNS, beside, under, up_from, up_from_tip
from agent_runtime.store.word_tables import searched_sessions
from agent_runtime.store.writer import Writer, one_by_one

_CURSOR = "messages"
_LARGEST_SEQ = 2**31 - 1  # of the column: PostgreSQL refuses to compare it with more
_CHAIN = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SELECT = select(*COLUMNS)
_NAMES = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True)
class SqlMessages:
    """Messages as kept, in either database."""

    engine: Engine
    writer: Writer
    indexer: Indexer

    async def append(self, message: NewMessage) -> Message:
        """Keep a message in the next place of its session. Raises NotFound, Refused, Busy, Unavailable."""
        kept = await self.writer.write(append, storable(message))
        self.indexer.hear(kept.session_id)
        return kept

    async def get(self, message_id: str) -> Message:
        """Raises NotFound."""
        check_known("message", message_id)
        row = await self.engine.read(lambda db: db.execute(_SELECT.where(messages.c.id == message_id)).first())
        if row is None:
            raise NotFound("message", message_id)
        return _message(row)

    async def recent(self, session_id: str, limit: int) -> Sequence[Message]:
        """The newest `limit` of the active path, ascending, from its tip upwards; () for an unknown session."""
        if limit < 1 or not is_storable(session_id):
            return ()
        rows = await self.engine.read(lambda db: up_from_tip(db, session_id, limit))
        return tuple(_message(row) for row in rows)

    async def list(
        self, session_id: str, *, limit: int = 50, cursor: str | None = None, every: bool = False
    ) -> Page[Message]:
        """One page, ascending, of the active path or of `every` message. Raises NotFound, Refused."""
        check_limit(limit)
        check_known("session", session_id)
        after = min(read_seq_cursor(_CURSOR, cursor), _LARGEST_SEQ)
        query = _SELECT.where(messages.c.session_id == session_id, messages.c.seq > after)
        query = query.order_by(messages.c.seq).limit(limit + 1)
        query = query if every else query.where(messages.c.active)
        rows = await self.engine.read(lambda db: _list(db, session_id, query))
        if rows is None:
            raise NotFound("session", session_id)
        return page_of([_message(row) for row in rows], limit, lambda last: seq_cursor(_CURSOR, last.seq))

    async def last(
        self, session_id: str, limit: int, *, before: int | None = None, every: bool = False
    ) -> Sequence[Message]:
        """The newest `limit`, those below a seq if one is given, ascending. Raises NotFound, Refused."""
        check_limit(limit)
        check_known("session", session_id)
        query = _SELECT.where(messages.c.session_id == session_id)
        query = query if before is None else query.where(messages.c.seq < min(before, _LARGEST_SEQ))
        query = query if every else query.where(messages.c.active)
        query = query.order_by(messages.c.seq.desc()).limit(limit)
        rows = await self.engine.read(lambda db: _list(db, session_id, query))
        if rows is None:
            raise NotFound("session", session_id)
        return tuple(_message(row) for row in reversed(rows))

    async def siblings(self, message_id: str) -> Sequence[Message]:
        """Those with the same parent, itself among them, ascending. Raises NotFound."""
        check_known("message", message_id)
        return _found(message_id, await self.engine.read(lambda db: beside(db, message_id)))

    async def replies(self, message: Message) -> Sequence[Message]:
        """Those that follow a message, ascending."""
        rows = await self.engine.read(lambda db: under(db, message.session_id, message.id, message.seq))
        return tuple(_message(row) for row in rows)

    async def path(self, message_id: str, limit: int) -> Sequence[Message]:
        """The message and those before it, the newest `limit`, ascending. Raises NotFound, Refused."""
        check_limit(limit)
        check_known("message", message_id)
        return _found(message_id, await self.engine.read(lambda db: up_from(db, message_id, limit)))

    async def select(self, message_id: str) -> Message:
        """Make the path through a message active; its tip. Raises NotFound."""
        check_known("message", message_id)
        return await self.writer.write(_select, message_id)

    async def known(self, chain: str, before: str | None = None, *, limit: int = 5) -> Sequence[Known]:
        """Messages with this chain or the one before, newest first."""
        if limit < 1 or not _CHAIN.fullmatch(chain) or not _CHAIN.fullmatch(before or chain):
            return ()
        return await self.engine.read(lambda db: known(db, chain, before, limit))

    async def mark_interrupted(self, message_id: str) -> None:
        """Note that the message was cut short. Raises NotFound."""
        check_known("message", message_id)
        await self.writer.write(_mark_interrupted, message_id)

    async def delete_all(self, session_id: str) -> int:
        """Delete the messages of a session and its summary; the next one takes place 1 again. Raises NotFound."""
        check_known("session", session_id)
        return await self.writer.write(_delete_all, session_id)


def storable(message: NewMessage) -> NewMessage:
    """The message as it will be read back. Raises Refused, and NotFound for an impossible session."""
    check_known("session", message.session_id)
    check_id("message id", message.id)
    check_id("turn id", message.turn_id)
    if message.parent_id is not None:
        check_known("message", message.parent_id)
    if message.chain is not None and not _CHAIN.fullmatch(message.chain):
        raise Refused("a chain is 64 hexadecimal digits in lower case")
    check_text("content", message.content)
    check_text("as_of", message.as_of)
    for event_id in message.cause:
        check_text("cause", event_id)
    created_at = to_millisecond(message.created_at)
    # A copy costs more than all of the above, and most clocks give whole milliseconds already.
    return message if created_at == message.created_at else message.model_copy(update={"created_at": created_at})


def _message(row: Row[Any]) -> Message:
    return Message(**dict(zip(_NAMES, row, strict=True)))


def _found(message_id: str, rows: Sequence[Row[Any]]) -> tuple[Message, ...]:
    if not rows:
        raise NotFound("message", message_id)
    return tuple(_message(row) for row in rows)


def _list(db: Connection, session_id: str, query: Select[Any]) -> Sequence[Row[Any]] | None:
    """What the query finds; None when there is no such session."""
    rows = db.execute(query).all()
    if rows or db.execute(select(sessions.c.id).where(sessions.c.id == session_id)).first():
        return rows
    return None


def _mark_interrupted_one(db: Connection, message_id: str) -> NotFound | None:
    found = db.execute(update(messages).where(messages.c.id == message_id).values(interrupted=True)).rowcount
    return None if found else NotFound("message", message_id)


def _select_one(db: Connection, message_id: str) -> Message | NotFound:
    tip = choose(db, message_id)
    if tip is None:
        return NotFound("message", message_id)
    return _message(db.execute(_SELECT.where(messages.c.id == tip)).one())


def _delete_all_one(db: Connection, session_id: str) -> int | NotFound:
    begun_anew = update(sessions).where(sessions.c.id == session_id)
    begun_anew = begun_anew.values(message_count=0, last_message_id=None, tip_seq=0)
    # First the session: its row is the lock under which messages come and go.
    if not db.execute(begun_anew).rowcount:
        return NotFound("session", session_id)
    delete_turns(db, session_id)
    # What sums them up and what is searched go with them: their places are given to other messages now.
    for table in (session_summaries, searched_sessions):
        db.execute(delete(table).where(table.c.session_id == session_id))
    return db.execute(delete(messages).where(messages.c.session_id == session_id)).rowcount


_mark_interrupted = one_by_one(_mark_interrupted_one)
_select = one_by_one(_select_one)
_delete_all = one_by_one(_delete_all_one)
