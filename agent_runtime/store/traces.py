"""Traces in SQL: the port `core.turns.Traces`. Long texts repeat from turn to turn and are kept once."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from agent_runtime.core.errors import NotFound
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.dialects import DIALECTS, among, insert, later
from agent_runtime.store.engine import Engine
from agent_runtime.store.parts import put_back, taken_apart
from agent_runtime.store.prepared import Prepared
from agent_runtime.store.text import check_known, mended_json
from agent_runtime.store.turn_tables import prompt_parts, traces, turns
from agent_runtime.store.writer import Writer, one_by_one

_PARTS_HELD = 1000
# So long a part is known to be of use after it was used: it is written once an hour, not once a turn.
_USED_FOR = timedelta(hours=1)


class Saving(NamedTuple):
    """A trace as a row, and the parts that may not be there yet or not for long enough."""

    row: dict[str, Any]
    parts: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class SqlTraces:
    """Traces, in either database."""

    engine: Engine
    writer: Writer
    _held: OrderedDict[str, datetime] = field(default_factory=OrderedDict)

    async def save(self, turn_id: str, content: dict[str, Any], at: datetime) -> None:
        """Insert or replace, when nothing more urgent is to be written; texts are mended rather than refused.

        Raises NotFound, Busy, Unavailable.
        """
        check_known("turn", turn_id)
        moment = to_millisecond(at)
        skeleton, parts = taken_apart(mended_json(content))
        until = moment + _USED_FOR
        wanted = {digest: text for digest, text in parts.items() if self._held.get(digest, moment) <= moment}
        rows = [{"hash": digest, "text": text, "used_until": until} for digest, text in wanted.items()]
        row = {"turn_id": turn_id, "created_at": moment, "content": skeleton}
        try:
            await self.writer.write(_save, Saving(row, rows), bulk_rows=1 + len(rows))
        except IntegrityError as error:  # deleted a moment ago, by another process
            raise NotFound("turn", turn_id) from error
        self._hold(wanted, until)

    async def get(self, turn_id: str) -> dict[str, Any]:
        """Raises NotFound."""
        check_known("trace", turn_id)
        query = select(traces.c.content).where(traces.c.turn_id == turn_id)

        def work(db: Connection) -> dict[str, Any] | None:
            skeleton = db.execute(query).scalar()
            if skeleton is None:
                return None
            digests = [digest for _, digest in skeleton["parts"]]
            texts = dict(db.execute(_PARTS[db.dialect.name], {"ids": digests}).all()) if digests else {}
            return put_back(skeleton, texts)

        content = await self.engine.read(work)
        if content is None:
            raise NotFound("trace", turn_id)
        return content

    async def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` rows, the oldest traces first, then parts that no trace is made of any more."""
        return await self.writer.write(_purge, (before, max(limit, 0)), bulk_rows=max(limit, 1))

    def _hold(self, digests: Sequence[str] | dict[str, str], until: datetime) -> None:
        for digest in digests:
            self._held[digest] = until
            self._held.move_to_end(digest)
        while len(self._held) > _PARTS_HELD:
            self._held.popitem(last=False)


def _save(db: Connection, items: Sequence[Saving]) -> list[NotFound | None]:
    """Whatever waits with three statements; a trace of a turn that is not there is told so."""
    ids = [item.row["turn_id"] for item in items]
    there = {row[0] for row in _TURNS.rows(db, {"ids": ids})}
    saved = [item for item in items if item.row["turn_id"] in there]
    parts = {part["hash"]: part for part in chain.from_iterable(item.parts for item in saved)}
    if parts:  # in one order, so that two processes cannot wait for each other
        _KEEP_PART.run_each(db, [parts[digest] for digest in sorted(parts)])
    if saved:
        _SAVE.run_each(db, [item.row for item in saved])
    return [None if turn_id in there else NotFound("turn", turn_id) for turn_id in ids]


def _keep_part(dialect: str) -> Executable:
    table = prompt_parts
    new = insert(dialect, table).values({each.name: bindparam(each.name, type_=each.type) for each in table.columns})
    said = {"used_until": later(dialect, table.c.used_until, new.excluded.used_until)}
    return new.on_conflict_do_update(index_elements=["hash"], set_=said)


def _save_trace(dialect: str) -> Executable:
    new = insert(dialect, traces).values({each.name: bindparam(each.name, type_=each.type) for each in traces.columns})
    said = {"content": new.excluded.content, "created_at": new.excluded.created_at}
    return new.on_conflict_do_update(index_elements=["turn_id"], set_=said)


_TURNS = Prepared(lambda dialect: select(turns.c.id).where(among(dialect, turns.c.id, "ids")))
_KEEP_PART, _SAVE = Prepared(_keep_part), Prepared(_save_trace)
_PARTS = {
    dialect: select(prompt_parts.c.hash, prompt_parts.c.text).where(among(dialect, prompt_parts.c.hash, "ids"))
    for dialect in DIALECTS
}


def _purge_some(db: Connection, asked: tuple[datetime, int]) -> int:
    before, limit = asked
    old = select(traces.c.turn_id).where(traces.c.created_at < before).order_by(traces.c.created_at).limit(limit)
    gone = db.execute(delete(traces).where(traces.c.turn_id.in_(old))).rowcount
    table = prompt_parts
    unused = select(table.c.hash).where(table.c.used_until < before).order_by(table.c.used_until).limit(limit - gone)
    return gone + db.execute(delete(table).where(table.c.hash.in_(unused))).rowcount


_purge = one_by_one(_purge_some)
