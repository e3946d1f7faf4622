"""What agents forget: gone at once, and marked, so that the records do not bring it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select

from agent_runtime.store.dialects import DIALECTS, among, insert
from agent_runtime.store.memory_tables import forgotten_memories, memories
from agent_runtime.store.writer import one_by_one

AT_ONCE = 128
_TOLD = ("fact", "joke")  # by people, who may tell it again


def still_forgotten(db: Connection, ids: Sequence[str]) -> frozenset[str]:
    """Delete those of `ids`, just kept in this transaction, that were forgotten before; their ids.

    To be asked after they were kept: whoever forgets one of them meanwhile has it locked before its mark is made, so
    either we waited and see the mark, or they wait and forget what we kept.
    """
    return frozenset(db.execute(_STAY_FORGOTTEN[db.dialect.name], {"ids": ids}).scalars()) if ids else frozenset()


def _forget_one(db: Connection, which: tuple[str, str, datetime]) -> int:
    agent_id, memory_id, now = which
    return _forgotten(db, and_(memories.c.agent_id == agent_id, memories.c.id == memory_id), now)


def _forget_some(db: Connection, whose: tuple[str, datetime]) -> int:
    agent_id, now = whose
    some = select(memories.c.seq).where(memories.c.agent_id == agent_id).limit(AT_ONCE)
    return _forgotten(db, memories.c.seq.in_(some.scalar_subquery()), now)


def _forgotten(db: Connection, which: ColumnElement[bool], now: datetime) -> int:
    """How many they were."""
    gone = db.execute(delete(memories).where(which).returning(memories.c.agent_id, memories.c.id)).all()
    if gone:
        db.execute(_MARK[db.dialect.name], [{**row._mapping, "forgotten_at": now} for row in gone])
    return len(gone)


def _mark(dialect: str) -> Any:
    new = insert(dialect, forgotten_memories)
    said = {"forgotten_at": new.excluded.forgotten_at}
    return new.on_conflict_do_update(index_elements=["agent_id", "id"], set_=said)


_MARK = {dialect: _mark(dialect) for dialect in DIALECTS}
_IS_FORGOTTEN = exists().where(
    forgotten_memories.c.agent_id == memories.c.agent_id,
    forgotten_memories.c.id == memories.c.id,
    or_(memories.c.kind.not_in(_TOLD), memories.c.created_at <= forgotten_memories.c.forgotten_at),
)
_STAY_FORGOTTEN = {
    dialect: delete(memories).where(among(dialect, memories.c.id, "ids"), _IS_FORGOTTEN).returning(memories.c.id)
    for dialect in DIALECTS
}

forget_one = one_by_one(_forget_one)
forget_some = one_by_one(_forget_some)
