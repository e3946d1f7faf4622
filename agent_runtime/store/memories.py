"""What agents remember, in SQL: the port `core.memory.Memories`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, desc, func, or_, select, tuple_, update

from agent_runtime.core.clock import Clock, SystemClock, utc
from agent_runtime.core.conversation import Page
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.core.memory import HALF_LIFE, Memory, Recollection
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.cursor import read_time_cursor, time_cursor
from agent_runtime.store.dialects import DIALECTS, among, insert
from agent_runtime.store.engine import Engine
from agent_runtime.store.forgetting import AT_ONCE, forget_one, forget_some, still_forgotten
from agent_runtime.store.memory_tables import memories
from agent_runtime.store.paging import check_limit, page_of
from agent_runtime.store.searching import search
from agent_runtime.store.text import check_id, check_known, check_text, is_storable
from agent_runtime.store.words import marked_words, owner_tag
from agent_runtime.store.writer import Writer, one_by_one

_CURSOR = "memories"
_LONGEST = {"subject": 400, "text": 4000}
_COLUMNS = tuple(memories.c[name] for name in Memory.model_fields)
_SELECT = select(*_COLUMNS)
_PLACE = (memories.c.created_at, memories.c.id)
_NEWEST_FIRST = tuple(map(desc, _PLACE))


@dataclass(frozen=True)
class SqlMemories:
    """Memories as kept, in either database."""

    engine: Engine
    writer: Writer
    clock: Clock = field(default_factory=SystemClock)

    async def remember(self, memories: Sequence[Memory]) -> Sequence[Memory]:
        """Keep each by its id, in one transaction; those that are new or in new words. Of two with one id the last
        counts. What was forgotten, or is another agent's, is left so.

        Raises Refused (none is kept then), Busy, Unavailable.
        """
        given = {memory.id: memory for memory in memories}
        rows = sorted(map(_storable, given.values()), key=itemgetter("id"))
        new = await self.writer.write(_remember, rows, bulk_rows=len(rows)) if rows else ()
        return tuple(memory for memory in given.values() if memory.id in new)

    async def recall(
        self,
        agent_id: str,
        question: str,
        *,
        now: datetime,
        about_user: str | None = None,
        half_life: timedelta = HALF_LIFE,
        limit: int = 5,
    ) -> Sequence[Recollection]:
        """What comes to mind, best first, of the fifty most relevant. Age counts from when a memory was made or last
        used, whichever is later: what is used stays fresh. Raises Refused for a half-life that is not positive."""
        if half_life <= timedelta(0):
            raise Refused("the half-life of memories must be positive")
        is_possible = limit > 0 and is_storable(agent_id) and is_storable(about_user or "")
        work = search(agent_id, about_user, question) if is_possible else None
        if work is None:
            return ()
        found = [_recollection(row, relevance, now, half_life) for row, relevance in await self.engine.read(work)]
        return tuple(sorted(found, key=lambda each: -each.score)[:limit])

    async def touch(self, ids: Sequence[str], now: datetime) -> None:
        """They were used just now; ids that are not there are left out, and time only moves on."""
        known = sorted({memory_id for memory_id in ids if is_storable(memory_id)})
        if known:
            await self.writer.write(_touch, {"ids": known, "moment": to_millisecond(now)}, bulk_rows=len(known))

    async def newest(self, agent_id: str, limit: int) -> Sequence[Memory]:
        """The newest public ones, newest first."""
        if limit < 1 or not is_storable(agent_id):
            return ()
        query = _SELECT.where(memories.c.agent_id == agent_id, memories.c.about_user.is_(None))
        query = query.order_by(*_NEWEST_FIRST).limit(limit)
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return tuple(_memory(row) for row in rows)

    async def list(self, agent_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        """One page of all, private ones too, newest first. Raises Refused."""
        check_limit(limit)
        query = _SELECT.where(memories.c.agent_id == agent_id).order_by(*_NEWEST_FIRST).limit(limit + 1)
        if cursor is not None:
            query = query.where(tuple_(*_PLACE) < read_time_cursor(_CURSOR, cursor))
        if not is_storable(agent_id):
            return Page(data=())
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return page_of([_memory(row) for row in rows], limit, _cursor_after)

    async def forget(self, agent_id: str, memory_id: str) -> None:
        """At once and for good. Raises NotFound."""
        check_known("memory", memory_id)
        check_known("memory", agent_id)
        if not await self.writer.write(forget_one, (agent_id, memory_id, self._now())):
            raise NotFound("memory", memory_id)

    async def forget_all(self, agent_id: str) -> int:
        """How many there were; forgotten a few milliseconds at a time, so that others can write meanwhile."""
        forgotten, some, now = 0, AT_ONCE if is_storable(agent_id) else 0, self._now()
        while some == AT_ONCE:
            some = await self.writer.write(forget_some, (agent_id, now), bulk_rows=AT_ONCE)
            forgotten += some
        return forgotten

    def _now(self) -> datetime:
        return utc(self.clock.time())


def _storable(memory: Memory) -> dict[str, Any]:
    """The memory as a row. Raises Refused."""
    for what in ("id", "agent_id", "about_user", "source_message_id"):
        check_id(f"memory {what}", getattr(memory, what))
    for what, longest in _LONGEST.items():
        check_text(f"memory {what}", getattr(memory, what))
        if len(getattr(memory, what)) > longest:
            raise Refused(f"memory {what} is longer than {longest} characters")
    row = memory.model_dump()
    for what in ("created_at", "last_used_at"):
        row[what] = None if row[what] is None else to_millisecond(row[what])
    row["words"] = marked_words(owner_tag(memory.agent_id, memory.about_user), memory.subject, memory.text)
    return row


def _memory(row: Row[Any]) -> Memory:
    return Memory(**{name: row._mapping[name] for name in Memory.model_fields})


def _cursor_after(memory: Memory) -> str:
    return time_cursor(_CURSOR, memory.created_at, memory.id)


def _recollection(row: Row[Any], relevance: float, now: datetime, half_life: timedelta) -> Recollection:
    memory = _memory(row)
    age = now - max(memory.created_at, memory.last_used_at or memory.created_at)
    freshness = 2.0 ** -max(0.0, age / half_life)
    return Recollection(memory=memory, score=relevance * memory.importance * freshness)


def _upsert(dialect: str) -> Any:
    new = insert(dialect, memories)
    said: dict[str, Any] = {
        column.name: new.excluded[column.name] for column in memories.columns if column.name not in {"seq", "id"}
    }
    said["last_used_at"] = func.coalesce(new.excluded.last_used_at, memories.c.last_used_at)
    is_mine = memories.c.agent_id == new.excluded.agent_id
    is_reworded = or_(memories.c.text != new.excluded.text, memories.c.subject != new.excluded.subject)
    again = new.on_conflict_do_update(index_elements=["id"], set_=said, where=and_(is_mine, is_reworded))
    return again.returning(memories.c.id)


_REMEMBER = {dialect: _upsert(dialect) for dialect in DIALECTS}
_MOMENT = bindparam("moment", type_=memories.c.last_used_at.type)
_TOUCH = {
    dialect: update(memories)
    .where(among(dialect, memories.c.id, "ids"))
    .where(or_(memories.c.last_used_at.is_(None), memories.c.last_used_at < _MOMENT))
    .values(last_used_at=_MOMENT)
    for dialect in DIALECTS
}


def _remember_batch(db: Connection, rows: list[dict[str, Any]]) -> frozenset[str]:
    """Ids that are new or in new words."""
    new = db.execute(_REMEMBER[db.dialect.name], rows).scalars().all()
    return frozenset(new) - still_forgotten(db, new)


def _touch_batch(db: Connection, touched: dict[str, Any]) -> None:
    db.execute(_TOUCH[db.dialect.name], touched)


_remember = one_by_one(_remember_batch)
_touch = one_by_one(_touch_batch)
