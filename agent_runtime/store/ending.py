"""The end of all turns of a session, with their traces: before its messages go, by which they are found."""

from sqlalchemy import Connection, delete, select, text

from agent_runtime.store.dialects import DIALECTS, among
from agent_runtime.store.tables import messages
from agent_runtime.store.turn_tables import REGENERATING, turns

_DELETE = {dialect: delete(turns).where(among(dialect, turns.c.id, "ids")) for dialect in DIALECTS}


def delete_turns(db: Connection, session_id: str) -> None:
    """Delete them; the session is locked."""
    told = select(messages.c.turn_id).where(messages.c.session_id == session_id, messages.c.turn_id.is_not(None))
    db.execute(_DELETE[db.dialect.name], {"ids": list(set(db.execute(told).scalars()))})
    db.execute(delete(turns).where(turns.c.session_id == session_id, text(REGENERATING)))
