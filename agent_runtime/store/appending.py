"""The hottest path: every message that waits, of any session, kept with four statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, select, update

from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.errors import Moved, NotFound
from agent_runtime.store.branching import branch
from agent_runtime.store.columns import EPOCH
from agent_runtime.store.dialects import among, later
from agent_runtime.store.prepared import Prepared
from agent_runtime.store.tables import messages, sessions


class Place:
    """Where a session stands while messages are added to it."""

    __slots__ = ("count", "last_id", "moved", "tip_seq")

    def __init__(self, count: int, last_id: str | None, tip_seq: int) -> None:
        self.count = count
        self.last_id = last_id
        self.tip_seq = tip_seq
        self.moved: datetime | None = None

    def take(self, message: NewMessage) -> dict[str, Any]:
        """The message as a row in the next place, after the tip."""
        row = {**message.__dict__, "parent_id": self.last_id, "active": True, "forks": self.tip_seq != self.count}
        del row["branches"]
        self.count += 1
        row["seq"] = self.tip_seq = self.count
        self.last_id = message.id
        self.moved = max(self.moved or EPOCH, message.created_at)
        return row


Places = dict[str, Place]


def append(db: Connection, items: Sequence[NewMessage]) -> list[Message | Exception]:
    """Give each message the next place in its session, in order; one that is kept already is returned as kept."""
    return keep(db, locked(db, (item.session_id for item in items)), items)


def locked(db: Connection, session_ids: Iterable[str]) -> Places:
    """The sessions that there are, which nobody else adds to until this transaction ends."""
    wanted = sorted(set(session_ids))
    return {row[0]: Place(row[1], row[2], row[3]) for row in _PLACES.rows(db, {"ids": wanted})} if wanted else {}


def keep(
    db: Connection, places: Places, items: Sequence[NewMessage], *, are_new: bool = False
) -> list[Message | Exception]:
    """`append`, in sessions that are locked already; `are_new` when none of them can be kept."""
    kept = _kept(db, [item.id for item in items]) if items and not are_new else {}
    rows: list[dict[str, Any]] = []
    outcomes: list[Message | Exception] = []
    for item in items:
        if item.id not in kept:
            place = places.get(item.session_id)
            if place is None:
                outcomes.append(NotFound("session", item.session_id))
                continue
            if item.branches:
                _insert(db, rows)  # one of them may be the parent
                parent_seq = branch(db, item.session_id, item.parent_id)
                if parent_seq is None:
                    outcomes.append(NotFound("message", item.parent_id or ""))
                    continue
                place.last_id, place.tip_seq = item.parent_id, parent_seq
            elif item.parent_id is not None and item.parent_id != place.last_id:
                outcomes.append(Moved(f"session {item.session_id} does not end with message {item.parent_id}"))
                continue
            rows.append(place.take(item))
            kept[item.id] = Message(**rows[-1])
        outcomes.append(kept[item.id])
    _insert(db, rows)
    moves = _moves(places)
    if moves:
        _ADVANCE.run_each(db, moves)
    return outcomes


def _insert(db: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        _INSERT.run_each(db, rows)
        rows.clear()


def _moves(places: Places) -> list[dict[str, Any]]:
    return [
        {"of": session_id, "count": place.count, "tip": place.count, "last": place.last_id, "moved": place.moved}
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
    found = select(sessions.c.id, sessions.c.message_count, sessions.c.last_message_id, sessions.c.tip_seq)
    return found.where(among(dialect, sessions.c.id, "ids")).order_by(sessions.c.id).with_for_update(key_share=True)


def _advance(dialect: str) -> Executable:
    moved = bindparam("moved", type_=sessions.c.updated_at.type)
    return (
        update(sessions)
        .where(sessions.c.id == bindparam("of"))
        .values(
            message_count=bindparam("count"),
            tip_seq=bindparam("tip"),
            last_message_id=bindparam("last"),
            updated_at=later(dialect, sessions.c.updated_at, moved),  # never back
        )
    )


_PLACES, _ADVANCE = Prepared(_places), Prepared(_advance)
_KNOWN = Prepared(lambda dialect: select(messages.c.id).where(among(dialect, messages.c.id, "ids")))
_INSERT = Prepared(lambda _dialect: insert(messages))
