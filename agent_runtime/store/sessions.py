"""Sessions in SQL: the port `core.ports.Sessions`."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, delete, desc, select, tuple_

from agent_runtime.core.conversation import Page, Session
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.cursor import read_time_cursor, time_cursor
from agent_runtime.store.dialects import DIALECTS, insert
from agent_runtime.store.engine import Engine
from agent_runtime.store.paging import check_limit, page_of
from agent_runtime.store.tables import sessions
from agent_runtime.store.text import check_id, check_json, check_known, check_text, is_storable
from agent_runtime.store.writer import Writer, one_by_one

_CURSOR = "sessions"
_COLUMNS = tuple(sessions.c[name] for name in Session.model_fields)
_SELECT = select(*_COLUMNS)
_INSERT = {dialect: insert(dialect, sessions).on_conflict_do_nothing() for dialect in DIALECTS}


@dataclass(frozen=True)
class SqlSessions:
    """Conversations as kept, in either database."""

    engine: Engine
    writer: Writer

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

    async def list(self, *, limit: int = 50, cursor: str | None = None, character: str | None = None) -> Page[Session]:
        """Newest first by `created_at`, which does not move while somebody turns the pages. Raises Refused."""
        check_limit(limit)
        query = _SELECT.order_by(desc(sessions.c.created_at), desc(sessions.c.id)).limit(limit + 1)
        if cursor is not None:
            query = query.where(tuple_(sessions.c.created_at, sessions.c.id) < read_time_cursor(_CURSOR, cursor))
        if character is not None:
            if not is_storable(character):
                return Page(data=())
            query = query.where(sessions.c.character == character)
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return page_of([_session(row) for row in rows], limit, _cursor_after)

    async def delete(self, session_id: str) -> None:
        """Delete with messages and character file. Raises NotFound."""
        check_known("session", session_id)
        await self.writer.write(_delete, session_id)


def _storable(session: Session) -> Session:
    """The session as it will be read back. Raises Refused."""
    check_id("session id", session.id)
    check_id("agent id", session.agent_id)
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


def _delete_one(db: Connection, session_id: str) -> NotFound | None:
    gone = db.execute(delete(sessions).where(sessions.c.id == session_id)).rowcount
    return None if gone else NotFound("session", session_id)


_create = one_by_one(_create_one)
_for_agent = one_by_one(_for_agent_one)
_delete = one_by_one(_delete_one)
