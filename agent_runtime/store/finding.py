"""Full-text search over what was said in conversations: newest first, straight from the index."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, String, column, desc, select, text

from agent_runtime.core.conversation import Found, Message, Session
from agent_runtime.store.columns import POSTGRESQL
from agent_runtime.store.tables import messages, sessions
from agent_runtime.store.text import is_storable
from agent_runtime.store.tree import COLUMNS
from agent_runtime.store.words import owner_tag, sought_words

_LAST = 2**63 - 1
_SESSION = tuple(sessions.c[name] for name in Session.model_fields)
_FOUND = {
    "sqlite": """SELECT had.place, had.message_id
        FROM message_search JOIN message_words AS had ON had.place = message_search.rowid {owned}
        WHERE message_search MATCH :asked AND message_search.rowid < :before
        ORDER BY message_search.rowid DESC LIMIT :some""",
    POSTGRESQL: """SELECT had.place, had.message_id FROM message_words AS had {owned}
        WHERE words @@ CAST(CAST(:asked AS text) AS tsquery) AND had.place < :before
        ORDER BY had.place DESC LIMIT :some""",
}
# In the question itself: what is left out afterwards would be missing from the page.
_OWNED = """JOIN messages ON messages.id = had.message_id
        JOIN sessions ON sessions.id = messages.session_id AND sessions.owner = :owner"""


def find(
    words: str, character: str | None, before: int | None, limit: int, owner: str | None = None
) -> Callable[[Connection], Sequence[tuple[int, Found]]] | None:
    """Work that finds the newest messages with all of these words, with their places; None without a word."""
    sought = sought_words(words)
    if not sought or not is_storable(character or ""):
        return None
    asked = [*([] if character is None else [owner_tag(character, None)]), *sought]

    def work(db: Connection) -> Sequence[tuple[int, Found]]:
        dialect = db.dialect.name
        given = {"asked": _phrased(dialect, asked), "before": _LAST if before is None else before, "some": limit}
        owned = {} if owner is None else {"owner": owner}
        rows = db.execute((_QUERY if owner is None else _OWN)[dialect], given | owned).all()
        return [(row[0], _found(row)) for row in rows]

    return work


def _found(row: Row[Any]) -> Found:
    return Found(
        session=Session(**{each.name: row._mapping[each] for each in _SESSION}),
        message=Message(**{each.name: row._mapping[each] for each in COLUMNS}),
    )


def _query(dialect: str, owned: str = "") -> Select[Any]:
    found = (
        text(_FOUND[dialect].format(owned=owned))
        .columns(column("place", BigInteger), column("message_id", String))
        .subquery("found")
    )
    whole = select(found.c.place, *COLUMNS, *_SESSION).join_from(found, messages, messages.c.id == found.c.message_id)
    return whole.join(sessions, sessions.c.id == messages.c.session_id).order_by(desc(found.c.place))


def _phrased(dialect: str, words: Sequence[str]) -> str:
    """All of the words in the language of the search. They have only letters and digits, and are quoted."""
    if dialect == POSTGRESQL:
        return " & ".join(f"'{word.removesuffix('*')}'{':*' if word.endswith('*') else ''}" for word in words)
    return " AND ".join(f'"{word.removesuffix("*")}"{"*" if word.endswith("*") else ""}' for word in words)


_QUERY = {dialect: _query(dialect) for dialect in _FOUND}
_OWN = {dialect: _query(dialect, _OWNED) for dialect in _FOUND}
