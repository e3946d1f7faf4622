"""The hottest path: every message that waits, of any session, kept with four statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.errors import NotFound
from agent_runtime.store.dialects import DIALECTS, among
from agent_runtime.store.tables import messages, sessions

# NO KEY: rows that refer to the session may come while it is locked. Ordered: two processes that lock the same
# sessions meet on the first one and cannot hold one each. SQLite has one writer and needs neither.
_LOCK = {
    dialect: select(sessions.c.id, sessions.c.message_count, sessions.c.last_message_id, sessions.c.updated_at)
    .where(among(dialect, sessions.c.id, "ids"))
    .order_by(sessions.c.id)
    .with_for_update(key_share=True)
    for dialect in DIALECTS
}
_KEPT = {
    dialect: select(*(messages.c[name] for name in Message.model_fields)).where(among(dialect, messages.c.id, "ids"))
    for dialect in DIALECTS
}
_ADVANCE = (
    update(sessions)
    .where(sessions.c.id == bindparam("of"))
    .values(message_count=bindparam("count"), last_message_id=bindparam("last"), updated_at=bindparam("moved"))
)
_INSERT = insert(messages)


class _Place:
    """Where a session stands while messages are added to it."""

    def __init__(self, count: int, last_id: str | None, updated_at: datetime) -> None:
        self.count = count
        self.last_id = last_id
        self.updated_at = updated_at
        self.has_moved = False

    def take(self, message: NewMessage) -> dict[str, Any]:
        """The message as a row in the next place."""
        row = {**dict(message), "seq": self.count + 1, "parent_id": self.last_id}
        self.count, self.last_id, self.has_moved = self.count + 1, message.id, True
        self.updated_at = max(self.updated_at, message.created_at)
        return row


def append(db: Connection, items: Sequence[NewMessage]) -> list[Message | Exception]:
    """Give each message the next place in its session, in order; one that is kept already is returned as kept."""
    dialect = db.dialect.name
    places = {
        row.id: _Place(row.message_count, row.last_message_id, row.updated_at)
        for row in db.execute(_LOCK[dialect], {"ids": sorted({item.session_id for item in items})})
    }
    # Looked up after the sessions are locked: what another process keeps there is visible now, or not yet begun.
    kept = {row.id: Message(**row._mapping) for row in db.execute(_KEPT[dialect], {"ids": [item.id for item in items]})}
    rows: list[dict[str, Any]] = []
    outcomes: list[Message | Exception] = []
    for item in items:
        if item.id not in kept:
            if item.session_id not in places:
                outcomes.append(NotFound("session", item.session_id))
                continue
            rows.append(places[item.session_id].take(item))
            kept[item.id] = Message(**rows[-1])
        outcomes.append(kept[item.id])
    if rows:
        db.execute(_INSERT, rows)
        db.execute(_ADVANCE, _moves(places))
    return outcomes


def _moves(places: dict[str, _Place]) -> list[dict[str, Any]]:
    return [
        {"of": session_id, "count": place.count, "last": place.last_id, "moved": place.updated_at}
        for session_id, place in places.items()
        if place.has_moved
    ]
