"""Summaries of conversations in SQL: the port `core.memory.Summaries`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError

from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.core.memory import Summary
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.dialects import DIALECTS, insert
from agent_runtime.store.engine import Engine
from agent_runtime.store.memory_tables import session_summaries
from agent_runtime.store.tables import messages, sessions
from agent_runtime.store.text import check_known, check_text, is_storable
from agent_runtime.store.writer import Writer, one_by_one

_COLUMNS = tuple(session_summaries.c[name] for name in Summary.model_fields)
_LONGEST = 20_000


@dataclass(frozen=True)
class SqlSummaries:
    """One summary a session, in either database."""

    engine: Engine
    writer: Writer

    async def get(self, session_id: str) -> Summary | None:
        """None when the session has none, or is not known."""
        if not is_storable(session_id):
            return None
        query = select(*_COLUMNS).where(session_summaries.c.session_id == session_id)
        row = await self.engine.read(lambda db: db.execute(query).first())
        return None if row is None else Summary(**row._mapping)

    async def save(self, summary: Summary, upto: str | None = None) -> None:
        """Insert or replace, as long as the message `upto` is in use; an older one than is kept changes nothing.

        Raises NotFound, Refused.
        """
        check_known("session", summary.session_id)
        check_text("summary", summary.text)
        if len(summary.text) > _LONGEST:
            raise Refused(f"a summary is longer than {_LONGEST} characters")
        kept = {**summary.model_dump(), "updated_at": to_millisecond(summary.updated_at)}
        try:
            await self.writer.write(_save, (kept, upto), bulk_rows=1)
        except IntegrityError as error:  # deleted a moment ago, by another process
            raise NotFound("session", summary.session_id) from error


def _upsert(dialect: str) -> Any:
    new = insert(dialect, session_summaries)
    said = {name: new.excluded[name] for name in ("upto_seq", "text", "updated_at")}
    is_newer = new.excluded.upto_seq >= session_summaries.c.upto_seq
    return new.on_conflict_do_update(index_elements=["session_id"], set_=said, where=is_newer)


_IN_USE = select(messages.c.id).where(messages.c.id == bindparam("upto"), messages.c.active)
_SAVE = {dialect: _upsert(dialect) for dialect in DIALECTS}


def _save_one(db: Connection, item: tuple[dict[str, Any], str | None]) -> NotFound | None:
    kept, upto = item
    # Locked: whoever deletes its messages does it before, and is seen, or after, and takes the summary with them.
    session = select(sessions.c.id).where(sessions.c.id == kept["session_id"]).with_for_update(read=True)
    if db.execute(session).first() is None:
        return NotFound("session", kept["session_id"])
    if upto is not None and db.execute(_IN_USE, {"upto": upto}).first() is None:
        return NotFound("message", upto)
    db.execute(_SAVE[db.dialect.name], kept)
    return None


_save = one_by_one(_save_one)
