"""Messages by their chains: where each of them stands, in one question for a message and the one before it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Select, String, bindparam, desc, select, union_all

from agent_runtime.core.conversation import Known
from agent_runtime.store.columns import UtcTime
from agent_runtime.store.prepared import Prepared
from agent_runtime.store.tables import messages, sessions
from agent_runtime.store.turn_tables import turns

_LIMIT = bindparam("limit", type_=Integer)
_TIME = UtcTime()
_GOING_ON = ("accepted", "running")


def known(db: Connection, chain: str, before: str | None, limit: int) -> list[Known]:
    """Messages with one of both chains, of each the newest `limit`; newest first."""
    rows = _KNOWN.rows(db, {"chain": chain, "before": before, "limit": limit})
    found = (_known(row, _TIME.process_result_value(row[4], db.dialect)) for row in rows)
    return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)


def _known(row: Sequence[Any], created_at: Any) -> Known:
    return Known(
        id=row[0],
        session_id=row[1],
        role=row[2],
        chain=row[3],
        created_at=created_at,
        parent_id=row[5],
        is_tip=bool(row[6]),
        is_being_answered=row[7] in _GOING_ON,
    )


def _alike(name: str) -> Select[Any]:
    said = messages.c
    stands = (sessions.c.last_message_id == said.id).label("is_tip")
    columns = said.id, said.session_id, said.role, said.chain, said.created_at, said.parent_id
    found = select(*columns, stands, turns.c.state)
    found = found.join(sessions, sessions.c.id == said.session_id).outerjoin(turns, turns.c.id == said.turn_id)
    found = found.where(said.chain == bindparam(name, type_=String)).order_by(desc(said.created_at), desc(said.id))
    return select(found.limit(_LIMIT).subquery())


_KNOWN = Prepared(lambda _dialect: union_all(_alike("chain"), _alike("before")))
