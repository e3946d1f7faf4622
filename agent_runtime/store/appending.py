"""The hottest path: every message that waits, of any session, kept with four statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, select, update

from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.errors import NotFound
from agent_runtime.store.columns import EPOCH
from agent_runtime.store.dialects import among, later
from agent_runtime.store.prepared import Prepared
from agent_runtime.store.tables import messages, sessions


def append(db: Connection, items: Sequence[NewMessage]) -> list[Message | Exception]:
    """Give each message the next place in its session, in order; one that is kept already is returned as kept."""
    wanted = sorted({item.session_id for item in items})
    places = {session_id: _Place(count, last) for session_id, count, last in _PLACES.rows(db, {"ids": wanted})}
    kept = _kept(db, [item.id for item in items])
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
        _INSERT.run_each(db, rows)
        _ADVANCE.run_each(db, _moves(places))
    return outcomes


class _Place:
    """Where a session stands while messages are added to it."""

    __slots__ = ("count", "last_id", "moved")

    def __init__(self, count: int, last_id: str | None) -> None:
        self.count = count
        self.last_id = last_id
        self.moved: datetime | None = None

    def take(self, message: NewMessage) -> dict[str, Any]:
        """The message as a row in the next place."""
        row = {**message.__dict__, "seq": self.count + 1, "parent_id": self.last_id}
        self.count += 1
        self.last_id = message.id
        self.moved = max(self.moved or EPOCH, message.created_at)
        return row


def _moves(places: dict[str, _Place]) -> list[dict[str, Any]]:
    return [
        {"of": session_id, "count": place.count, "last": place.last_id, "moved": place.moved}
        for session_id, place in places.items()
        if place.moved is not None
    ]


def _kept(db: Connection, ids: Sequence[str]) -> dict[str, Message]:
    """Those that are kept already: hardly ever any. To be asked after the sessions are locked: what another process
    keeps in them is visible then, or not yet begun."""
    known = [row[0] for row in _KNOWN.rows(db, {"ids": ids})]
    if not known:
        return {}
    found = db.execute(select(*(messages.c[name] for name in Message.model_fields)).where(messages.c.id.in_(known)))
    return {row.id: Message(**row._mapping) for row in found}


def _places(dialect: str) -> Executable:
    # NO KEY: rows that refer to the session may come while it is locked. Ordered: two processes that lock the same
    # sessions meet on the first one and cannot hold one each. SQLite has one writer, and renders no lock.
    found = select(sessions.c.id, sessions.c.message_count, sessions.c.last_message_id)
    return found.where(among(dialect, sessions.c.id, "ids")).order_by(sessions.c.id).with_for_update(key_share=True)


def _advance(dialect: str) -> Executable:
    moved = bindparam("moved", type_=sessions.c.updated_at.type)
    return (
        update(sessions)
        .where(sessions.c.id == bindparam("of"))
        .values(
            message_count=bindparam("count"),
            last_message_id=bindparam("last"),
            updated_at=later(dialect, sessions.c.updated_at, moved),  # never back
        )
    )


_PLACES, _ADVANCE = Prepared(_places), Prepared(_advance)
_KNOWN = Prepared(lambda dialect: select(messages.c.id).where(among(dialect, messages.c.id, "ids")))
_INSERT = Prepared(lambda _dialect: insert(messages))
