"""Looking around in the tree of a session's messages: those beside a message, and those before it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, TextClause, select, text

from agent_runtime.core.conversation import Message
from agent_runtime.store.tables import FORKS, messages

COLUMNS = tuple(messages.c[name] for name in Message.model_fields)
_NAMES = ", ".join(column.name for column in COLUMNS)
_THEIRS = ", ".join(f"m.{column.name}" for column in COLUMNS)


def _upwards(first: str) -> TextClause:
    """From the one message that `first` finds to those before it. Places fall on the way: there is no circle."""
    wording = f"""
WITH RECURSIVE up ({_NAMES}, step) AS (
    SELECT {_THEIRS}, 1 FROM {first}
    UNION ALL
    SELECT {_THEIRS}, up.step + 1 FROM up JOIN messages AS m ON m.id = up.parent_id AND m.seq < up.seq
    WHERE up.step < :steps
) SELECT {_NAMES} FROM up"""  # noqa: S608 - words of this file
    return text(wording).columns(*COLUMNS)  # type: ignore[return-value]


_UP_FROM = _upwards("messages AS m WHERE m.id = :of")
_UP_FROM_TIP = _upwards("sessions JOIN messages AS m ON m.id = sessions.last_message_id WHERE sessions.id = :of")


def beside(db: Connection, message_id: str) -> Sequence[Row[Any]]:
    """Messages with the same parent, itself among them, ascending; none when there is no such message."""
    of = db.execute(select(messages.c.session_id, messages.c.parent_id).where(messages.c.id == message_id)).first()
    if of is None:
        return ()
    # Without a parent it is the first of the session, or one of those beside it.
    parent = select(messages.c.seq).where(messages.c.id == of.parent_id)
    parent_seq = db.execute(parent).scalar() or 0 if of.parent_id else 0
    return under(db, of.session_id, of.parent_id, parent_seq)


def under(db: Connection, session_id: str, parent_id: str | None, parent_seq: int) -> Sequence[Row[Any]]:
    """The messages that follow a message (None: that begin the session), ascending."""
    theirs = select(*COLUMNS).where(messages.c.session_id == session_id, messages.c.parent_id == parent_id)
    following = db.execute(theirs.where(messages.c.seq == parent_seq + 1, text(f"NOT {FORKS}"))).all()
    return [*following, *db.execute(theirs.where(text(FORKS)).order_by(messages.c.seq)).all()]


def up_from(db: Connection, message_id: str, steps: int) -> Sequence[Row[Any]]:
    """A message and those before it, ascending; read step by step by their ids."""
    return _ascending(db.execute(_UP_FROM, {"of": message_id, "steps": steps}).all())


def up_from_tip(db: Connection, session_id: str, steps: int) -> Sequence[Row[Any]]:
    """The newest of the active path, ascending: how many there are on it or beside it does not matter."""
    return _ascending(db.execute(_UP_FROM_TIP, {"of": session_id, "steps": steps}).all())


def _ascending(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    return sorted(rows, key=lambda row: int(row.seq))
