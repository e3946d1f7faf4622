"""The active path of a session moved elsewhere in the tree of its messages; the session is locked meanwhile."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, text, update

from agent_runtime.store.dialects import DIALECTS, among
from agent_runtime.store.memory_tables import session_summaries
from agent_runtime.store.tables import messages, sessions

# Up from a message to the nearest one on the active path, it included. Places fall on the way: there is no circle.
_CLIMB = text("""
WITH RECURSIVE up (id, parent_id, seq, active) AS (
    SELECT id, parent_id, seq, active FROM messages WHERE id = :of AND session_id = :session_id
    UNION ALL
    SELECT m.id, m.parent_id, m.seq, m.active FROM up JOIN messages AS m ON m.id = up.parent_id AND m.seq < up.seq
    WHERE NOT up.active
) SELECT id, seq, active FROM up""")
# Down from a message to the newest child, and so on. Those that fork are newer than the one that does not.
_DESCEND = text("""
WITH RECURSIVE down (id, seq) AS (
    SELECT id, seq FROM messages WHERE id = :of
    UNION ALL
    SELECT m.id, m.seq FROM down JOIN messages AS m ON m.session_id = :session_id AND m.seq = coalesce(
        (SELECT max(child.seq) FROM messages AS child
         WHERE child.session_id = :session_id AND child.parent_id = down.id AND forks), down.seq + 1)
    WHERE m.parent_id = down.id
) SELECT id FROM down ORDER BY seq""")
_ACTIVATE = {
    dialect: update(messages).where(among(dialect, messages.c.id, "ids")).values(active=True) for dialect in DIALECTS
}


def branch(db: Connection, session_id: str, parent_id: str | None) -> int | None:
    """Let the active path end at `parent_id` (None: before the first message); its place, None without one."""
    if parent_id is None:
        _cut(db, session_id, 0)
        return 0
    climbed = _climbed(db, session_id, parent_id)
    if not climbed:
        return None
    _follow(db, session_id, climbed)
    return max(int(row.seq) for row in climbed)


def choose(db: Connection, message_id: str) -> str | None:
    """Make the path through a message active, down to the newest child at each step; its tip, None without one."""
    session_id = db.execute(select(messages.c.session_id).where(messages.c.id == message_id)).scalar()
    lock = select(sessions.c.id).where(sessions.c.id == session_id).with_for_update(key_share=True)
    if session_id is None or db.execute(lock).first() is None:
        return None
    down = db.execute(_DESCEND, {"of": message_id, "session_id": session_id}).scalars().all()
    if not down:  # deleted before we had the lock
        return None
    climbed = _climbed(db, session_id, down[-1])
    _follow(db, session_id, climbed)
    tip = {"last_message_id": down[-1], "tip_seq": max(row.seq for row in climbed)}
    db.execute(update(sessions).where(sessions.c.id == session_id).values(tip))
    return str(down[-1])


def _climbed(db: Connection, session_id: str, message_id: str) -> Sequence[Row[Any]]:
    return db.execute(_CLIMB, {"of": message_id, "session_id": session_id}).all()


def _follow(db: Connection, session_id: str, climbed: Sequence[Row[Any]]) -> None:
    """Leave the active path where it was climbed back to."""
    _cut(db, session_id, max((row.seq for row in climbed if row.active), default=0))
    ids = [row.id for row in climbed if not row.active]
    if ids:
        db.execute(_ACTIVATE[db.dialect.name], {"ids": ids})


def _cut(db: Connection, session_id: str, upto_seq: int) -> None:
    """What comes later on the active path is on it no more, and what sums it up goes."""
    gone = update(messages).where(messages.c.session_id == session_id, messages.c.seq > upto_seq)
    db.execute(gone.where(messages.c.active).values(active=False))
    table = session_summaries
    db.execute(delete(table).where(table.c.session_id == session_id, table.c.upto_seq > upto_seq))
