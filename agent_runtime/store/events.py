"""The event log in SQL: the port `core.ports.Events`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import Connection, Row, Select, bindparam, delete, desc, func, select, text

from agent_runtime.core.conversation import LoggedEvent, Page
from agent_runtime.store.columns import WrittenJson, to_millisecond
from agent_runtime.store.cursor import read_seq_cursor, seq_cursor
from agent_runtime.store.dialects import DIALECTS, among, insert
from agent_runtime.store.engine import Engine
from agent_runtime.store.paging import check_limit, page_of
from agent_runtime.store.prepared import Prepared
from agent_runtime.store.tables import HEARD, event_logs
from agent_runtime.store.text import check_id, is_storable, mended, mended_json
from agent_runtime.store.writer import Writer, one_by_one

_CURSOR = "events"
_UNSURE = (b"\\u0000", b"NaN", b"Infinity")
_LOOKED_BEYOND = 500
_SELECT = select(*(event_logs.c[name] for name in LoggedEvent.model_fields))
_INSERT = Prepared(
    lambda dialect: (
        insert(dialect, event_logs)
        .values(
            {
                name: bindparam(name, type_=WrittenJson() if name == "data" else event_logs.c[name].type)
                for name in LoggedEvent.model_fields
                if name != "seq"
            }
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )
)
_KNOWN = {dialect: select(event_logs.c.id).where(among(dialect, event_logs.c.id, "ids")) for dialect in DIALECTS}


@dataclass(frozen=True)
class SqlEvents:
    """The log of everything heard, in either database."""

    engine: Engine
    writer: Writer

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        """Keep a batch at once; known ids are left as they are. What cannot be kept of a text (NUL, half a surrogate
        pair) becomes U+FFFD: one strange event must not cost the others their place. Raises Refused for a bad id."""
        rows = [_storable(event) for event in events]
        if rows:
            await self.writer.write(_append, rows, bulk_rows=len(rows))

    async def list(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        kind: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        dead: bool | None = None,
    ) -> Page[LoggedEvent]:
        """One page, ascending. Raises Refused."""
        check_limit(limit)
        if kind is not None and not is_storable(kind):
            return Page(data=())
        query = _SELECT.where(event_logs.c.seq > read_seq_cursor(_CURSOR, cursor))
        query = _filtered(query, kind, since, until, dead).order_by(event_logs.c.seq).limit(limit + 1)
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return page_of([_event(row) for row in rows], limit, lambda last: seq_cursor(_CURSOR, last.seq))

    async def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids` that are in the log."""
        asked = [event_id for event_id in ids if is_storable(event_id)]
        if not asked:
            return frozenset()
        return await self.engine.read(
            lambda db: frozenset(db.execute(_KNOWN[db.dialect.name], {"ids": asked}).scalars())
        )

    async def recent_ids(self, limit: int) -> Sequence[str]:
        """Ids of the newest `limit` events, oldest first."""
        query = select(event_logs.c.id).order_by(desc(event_logs.c.seq)).limit(max(limit, 0))
        ids = await self.engine.read(lambda db: db.execute(query).scalars().all())
        return tuple(reversed(ids))

    async def recent(self, limit: int, *, heard_since: datetime) -> Sequence[LoggedEvent]:
        """The newest good events of auctions received since then, oldest first."""
        heard = (event_logs.c.received_at, event_logs.c.seq)
        query = _SELECT.where(text(HEARD), event_logs.c.received_at >= heard_since)
        query = query.order_by(*map(desc, heard)).limit(max(limit, 0))
        rows = await self.engine.read(lambda db: db.execute(query).all())
        return tuple(sorted((_event(row) for row in rows), key=lambda event: event.seq))

    async def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` of the oldest, in one transaction; the cost does not grow with what is kept."""
        return await self.writer.write(_purge, (before, max(limit, 0)), bulk_rows=max(limit, 1))


def _filtered(
    query: Select[Any], kind: str | None, since: datetime | None, until: datetime | None, dead: bool | None
) -> Select[Any]:
    if kind is not None:
        query = query.where(event_logs.c.type == kind)
    if since is not None:
        query = query.where(event_logs.c.timestamp >= since)
    if until is not None:
        query = query.where(event_logs.c.timestamp < until)
    if dead is not None:
        query = query.where(event_logs.c.reason.is_not(None) if dead else event_logs.c.reason.is_(None))
    return query


def _storable(event: LoggedEvent) -> dict[str, Any]:
    """The event as a row, without a place: the database gives it one."""
    check_id("event id", event.id)
    return {
        "id": event.id,
        "timestamp": to_millisecond(event.timestamp),
        "type": mended(event.type),
        "source": mended(event.source),
        "channel": mended(event.channel),
        "data": _written(event.data),
        "reason": None if event.reason is None else mended(event.reason),
        "received_at": None if event.received_at is None else to_millisecond(event.received_at),
    }


def _written(data: dict[str, Any]) -> str:
    """The data as JSON. That nothing in it needs mending, as nearly always, is far cheaper to see there than in every
    text of it; what merely looks as if something did is looked at closely."""
    try:
        written = to_json(data, inf_nan_mode="constants")
    except PydanticSerializationError:  # half a surrogate pair
        written = None
    if written is None or any(sign in written for sign in _UNSURE):
        written = to_json(mended_json(data))
    return written.decode()


def _event(row: Row[Any]) -> LoggedEvent:
    return LoggedEvent(**row._mapping)


def _append(db: Connection, batches: Sequence[list[dict[str, Any]]]) -> list[Exception | None]:
    """Batches that wait together are one statement; the log's order is theirs."""
    _INSERT.run_each(db, list(chain.from_iterable(batches)))
    return [None] * len(batches)


def _purge_some(db: Connection, asked: tuple[datetime, int]) -> int:
    """Looks at the front of the log only, a little beyond the limit: a few rows of a clock gone wrong, from before
    receipt was noted, must not keep the others for ever."""
    before, limit = asked
    columns = event_logs.c.seq, func.coalesce(event_logs.c.received_at, event_logs.c.timestamp).label("heard")
    front = select(*columns).order_by(event_logs.c.seq).limit(limit + _LOOKED_BEYOND).subquery()
    old = select(front.c.seq).where(front.c.heard < before).order_by(front.c.seq).limit(limit)
    return db.execute(delete(event_logs).where(event_logs.c.seq.in_(old))).rowcount


_purge = one_by_one(_purge_some)
