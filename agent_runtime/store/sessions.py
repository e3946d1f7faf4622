"""Sessions in SQL: the port `core.ports.Sessions`."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, delete, desc, select, tuple_, update

from agent_runtime.core.conversation import Found, Page, Session
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.cursor import read_seq_cursor, read_time_cursor, seq_cursor, time_cursor
from agent_runtime.store.dialects import DIALECTS, insert
from agent_runtime.store.ending import delete_turns
from agent_runtime.store.engine import Engine
from agent_runtime.store.finding import find
from agent_runtime.store.indexing import Indexer
from agent_runtime.store.noting import unnote
from agent_runtime.store.paging import check_limit, page_of
from agent_runtime.store.tables import sessions
from agent_runtime.store.text import check_id, check_json, check_known, check_text, is_storable
from agent_runtime.store.writer import Writer, one_by_one

_CURSOR, _FOUND_CURSOR = "sessions", "found"
_COLUMNS = tuple(sessions.c[name] for name in Session.model_fields)
_SELECT = select(*_COLUMNS)
_INSERT = {dialect: insert(dialect, sessions).on_conflict_do_nothing() for dialect in DIALECTS}


@dataclass(frozen=True)
class SqlSessions:
    """Conversations as kept, in either database."""

    engine: Engine
    writer: Writer
    indexer: Indexer

    async def create(self, session: Session) -> Session:
        """Keep a new session, without messages. Raises Refused when its id or agent is taken."""
        return await self.writer.write(_create, _storable(session))

    async def get(self, session_id: str) -> Session:
        """Raises NotFound."""
        check_known("session", session_id)
        row = await self.engine.read(lambda db: db.execute(_SELECT.where(sessions.c.id == session_id)).first())
        if row is None:
            raise NotFound("session", session_id)
        return _session(row)

    async def for_agent(self, agent_id: str, character: str, session_id: str, now: datetime) -> Session:
        """The agent's own session, made when there is none. Raises Refused when `session_id` is another's."""
        fresh = Session(id=session_id, character=character, created_at=now, updated_at=now, agent_id=agent_id)
        return await self.writer.write(_for_agent, _storable(fresh))

    async def list(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        character: str | None = None,
        owner: str | None = None,
    ) -> Page[Session]:
        """Newest first by `created_at`, which does not move while somebody turns the pages. Raises Refused."""
        check_limit(limit)
        query = _SELECT.order_by(desc(sessions.c.created_at), desc(sessions.c.id)).limit(limit + 1)
        if cursor is not None:
            query = query.where(tuple_(sessions.c.created_at, sessions.c.id) < read_time_cursor(_CURSOR, cursor))
        if character is not None:
            if not is_storable(character):
                return Page(data=())
            query = query.where(sessions.c.character == character)
        if owner is not None:
            query = query.where(sessions.c.owner == owner)
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return page_of([_session(row) for row in rows], limit, _cursor_after)

    async def update(
        self,
        session_id: str,
        *,
        title: str | None = None,
        metadata: dict[str, Any] | None = None,
        character: str | None = None,
    ) -> Session:
        """Replace what is given, leave what is None. Raises NotFound, Refused."""
        check_known("session", session_id)
        check_text("title", title)
        check_json("metadata", metadata)
        check_id("character", character)
        given = {"title": title, "metadata": metadata, "character": character}
        changed = {name: value for name, value in given.items() if value is not None}
        session = await self.writer.write(_update, (session_id, changed))
        if character is not None:
            self.indexer.hear(session_id)
        return session

    async def delete(self, session_id: str) -> None:
        """Delete with everything that belongs to it. Raises NotFound."""
        check_known("session", session_id)
        await self.writer.write(_delete, session_id)

    async def search(
        self,
        words: str,
        *,
        limit: int = 50,
        cursor: str | None = None,
        character: str | None = None,
        owner: str | None = None,
    ) -> Page[Found]:
        """Chat messages with all of the telling words, newest first. Raises Refused, Unavailable, Busy."""
        check_limit(limit)
        before = read_seq_cursor(_FOUND_CURSOR, cursor) if cursor is not None else None
        work = find(words, character, before, limit + 1, owner)
        if work is None:
            return Page(data=())
        await self.indexer.catch_up()
        placed = await self.engine.read(work)
        page = page_of(placed, limit, lambda last: seq_cursor(_FOUND_CURSOR, last[0]))
        return Page(data=tuple(found for _, found in page.data), next_cursor=page.next_cursor)

    async def index_some(self, limit: int) -> int:
        """Make at most `limit` messages findable; 0 when nothing is left to do. Raises Unavailable, Busy."""
        return await self.indexer.index_some(limit)


def _storable(session: Session) -> Session:
    """The session as it will be read back. Raises Refused."""
    check_id("session id", session.id)
    check_id("agent id", session.agent_id)
    check_id("owner", session.owner)
    check_id("character", session.character)
    check_text("title", session.title)
    check_json("metadata", session.metadata)
    times = {"created_at": to_millisecond(session.created_at), "updated_at": to_millisecond(session.updated_at)}
    return session.model_copy(update={**times, "message_count": 0})


def _session(row: Row[Any]) -> Session:
    return Session(**row._mapping)


def _cursor_after(session: Session) -> str:
    return time_cursor(_CURSOR, session.created_at, session.id)


def _try_insert(db: Connection, session: Session) -> bool:
    return db.execute(_INSERT[db.dialect.name], dict(session)).rowcount == 1


def _create_one(db: Connection, session: Session) -> Session | Refused:
    return session if _try_insert(db, session) else Refused(f"a session {session.id!r} or one of its agent exists")


def _for_agent_one(db: Connection, fresh: Session) -> Session | Refused:
    find = partial(db.execute, _SELECT.where(sessions.c.agent_id == fresh.agent_id))
    row = find().first()
    if row is None and _try_insert(db, fresh):
        return fresh
    # Another process may have made it between the two statements.
    row = row or find().first()
    return _session(row) if row else Refused(f"the session {fresh.id!r} exists and is not the agent's")


def _update_one(db: Connection, asked: tuple[str, dict[str, Any]]) -> Session | NotFound:
    session_id, changed = asked
    if changed:
        db.execute(update(sessions).where(sessions.c.id == session_id).values(changed))
    if "character" in changed:  # messages are found by it, too
        unnote(db, session_id)
    row = db.execute(_SELECT.where(sessions.c.id == session_id)).first()
    return NotFound("session", session_id) if row is None else _session(row)


def _delete_one(db: Connection, session_id: str) -> NotFound | None:
    # First its row is locked: what others begin in it is visible then, or not yet begun.
    lock = select(sessions.c.id).where(sessions.c.id == session_id).with_for_update()
    if db.execute(lock).first() is None:
        return NotFound("session", session_id)
    delete_turns(db, session_id)
    db.execute(delete(sessions).where(sessions.c.id == session_id))
    return None


_create = one_by_one(_create_one)
_for_agent = one_by_one(_for_agent_one)
_update = one_by_one(_update_one)
_delete = one_by_one(_delete_one)
