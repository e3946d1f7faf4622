"""The words of messages noted for search: a batch of several sessions with six statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, literal, select, update

from agent_runtime.store.columns import EPOCH
from agent_runtime.store.dialects import DIALECTS, among, insert
from agent_runtime.store.tables import messages, sessions
from agent_runtime.store.word_tables import message_words, searched_sessions
from agent_runtime.store.words import owner_tag, said_words
from agent_runtime.store.writer import one_by_one

_MILLISECOND = timedelta(milliseconds=1)
_LATEST_MS = 2**42 - 1  # the year 2109
_IN_A_MILLISECOND = 2**21
Asked = tuple[list[str], int]


def _note_some(db: Connection, asked: Asked) -> tuple[list[str], int]:
    """Note at most so many messages of these sessions; the sessions that are not done with, and how many it were."""
    ids, limit = asked
    dialect = db.dialect.name
    # First its row: under that lock a session is noted, and begins anew when its messages are deleted.
    db.execute(_LOCK[dialect], {"ids": ids})
    where = {row.session_id: row for row in db.execute(_WHERE[dialect], {"ids": ids})}
    rows = db.execute(_SAID[dialect], {"ids": ids, "some": limit}).all()
    if rows:
        tags = {session_id: owner_tag(row.character, None) for session_id, row in where.items()}
        db.execute(_NOTE[dialect], _noted(db, rows, tags))
    is_all = len(rows) < limit
    upto = {row.session_id: row.seq for row in rows}
    moved = {each: row.message_count if is_all else upto.get(each, row.upto_seq) for each, row in where.items()}
    if moved:
        db.execute(_MOVE, [{"of": session_id, "upto": seq} for session_id, seq in sorted(moved.items())])
    return [] if is_all else list(where), len(rows)


def unnote(db: Connection, session_id: str) -> None:
    """Let a session be noted anew."""
    db.execute(delete(searched_sessions).where(searched_sessions.c.session_id == session_id))
    said = select(messages.c.id).where(messages.c.session_id == session_id)
    db.execute(delete(message_words).where(message_words.c.message_id.in_(said)))


def place_of(message_id: str, created_at: datetime) -> int:
    """Where a message stands among all others: by its time, then by something of its id."""
    milliseconds = min(max((created_at - EPOCH) // _MILLISECOND, 0), _LATEST_MS)
    drawn = int.from_bytes(blake2b(message_id.encode(), digest_size=4).digest())
    return int(milliseconds) * _IN_A_MILLISECOND + drawn % _IN_A_MILLISECOND


def _noted(db: Connection, rows: Sequence[Row[Any]], tags: dict[str, str]) -> list[dict[str, Any]]:
    wanted = [place_of(row.id, row.created_at) for row in rows]
    used = set(db.execute(select(message_words.c.place).where(message_words.c.place.in_(wanted))).scalars())
    return [
        {"place": place, "message_id": row.id, "words": said_words(tags[row.session_id], row.content)}
        for row, place in zip(rows, _free(wanted, used), strict=True)
    ]


def _free(wanted: Iterable[int], used: set[int]) -> Iterable[int]:
    """The places, or those after them where two messages of a millisecond drew the same."""
    for place in wanted:
        while place in used:
            place += 1  # noqa: PLW2901 - the next one
        used.add(place)
        yield place


def _lock(dialect: str) -> Any:
    there = select(sessions.c.id, literal(0)).where(among(dialect, sessions.c.id, "ids")).order_by(sessions.c.id)
    new = insert(dialect, searched_sessions).from_select(["session_id", "upto_seq"], there)
    return new.on_conflict_do_update(index_elements=["session_id"], set_={"upto_seq": searched_sessions.c.upto_seq})


_of_session = searched_sessions.c.session_id
_LOCK = {dialect: _lock(dialect) for dialect in DIALECTS}
_WHERE = {
    dialect: select(_of_session, searched_sessions.c.upto_seq, sessions.c.message_count, sessions.c.character)
    .join(sessions, sessions.c.id == _of_session)
    .where(among(dialect, _of_session, "ids"))
    for dialect in DIALECTS
}
_SAID = {
    dialect: select(*(messages.c[name] for name in ("session_id", "seq", "id", "content", "created_at")))
    .join(searched_sessions, _of_session == messages.c.session_id)
    .where(among(dialect, _of_session, "ids"), messages.c.seq > searched_sessions.c.upto_seq)
    .where(messages.c.kind == "chat")
    .order_by(messages.c.session_id, messages.c.seq)
    .limit(bindparam("some"))
    for dialect in DIALECTS
}
_NOTE = {
    dialect: insert(dialect, message_words).on_conflict_do_nothing(index_elements=["message_id"])
    for dialect in DIALECTS
}
_MOVE = update(searched_sessions).where(_of_session == bindparam("of")).values(upto_seq=bindparam("upto"))

note = one_by_one(_note_some)
