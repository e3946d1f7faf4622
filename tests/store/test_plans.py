"""What is asked often is found by an index, however much there is."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Text, case, cast, insert, literal, select, text, true, update
from sqlalchemy import event as sql_event

from agent_runtime.store.columns import POSTGRESQL
from agent_runtime.store.database import Database
from agent_runtime.store.tables import messages, sessions
from tests.store.values import event, message, session

_FIRST = select(literal(1).label("n")).cte("numbers", recursive=True)
_NUMBERS = _FIRST.union_all(select(_FIRST.c.n + 1).where(_FIRST.c.n < 2000))
_NUMBER = _NUMBERS.c.n


@contextmanager
def noted(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that the connection's engine runs meanwhile."""
    statements: list[tuple[str, Any]] = []

    def note(_db: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool) -> None:
        statements.append((statement, parameters))

    sql_event.listen(connection.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sql_event.remove(connection.engine, "before_cursor_execute", note)


async def plan_of(database: Database, ask: Callable[[], Awaitable[object]]) -> str:
    """The plan of the last statement that `ask` runs."""
    engine = database.messages.engine
    with await engine.read(noted) as statements:
        await ask()
    statement, parameters = next(each for each in reversed(statements) if each[0].startswith(("SELECT", "\nWITH")))

    def explain(db: Connection) -> str:
        words = "EXPLAIN" if db.dialect.name == POSTGRESQL else "EXPLAIN QUERY PLAN"
        return "\n".join(str(row[-1]) for row in db.exec_driver_sql(f"{words} {statement}", parameters))

    return await engine.read(explain)


async def fill(database: Database) -> str:
    """Much of everything; returns a session with two thousand messages."""
    owner = await database.sessions.create(session())
    await database.messages.append(message(owner.id))
    await database.events.append(
        [
            event(type="kind:rare" if n % 100 == 99 else "kind:usual", reason="bad_shape" if n % 500 == 0 else None)
            for n in range(4000)
        ]
    )

    def multiply(db: Connection) -> None:
        names = [column.name for column in messages.c if column.name not in {"id", "seq", "parent_id"}]
        before = case((_NUMBER == 2, messages.c.id), else_=literal("m") + cast(_NUMBER - 1, Text))
        rows = select(literal("m") + cast(_NUMBER, Text), _NUMBER, before, *(messages.c[name] for name in names))
        rows = rows.select_from(messages.join(_NUMBERS, true())).where(_NUMBER > 1)
        db.execute(insert(messages).from_select(["id", "seq", "parent_id", *names], rows))
        tip = {"message_count": 2000, "tip_seq": 2000, "last_message_id": "m2000"}
        db.execute(update(sessions).where(sessions.c.id == owner.id).values(tip))
        names = [column.name for column in sessions.c if column.name not in {"id", "character", "agent_id"}]
        rows = select(
            cast(_NUMBER, Text), literal("c") + cast(_NUMBER % 40, Text), *(sessions.c[name] for name in names)
        )
        rows = rows.select_from(sessions.join(_NUMBERS, true()))
        db.execute(insert(sessions).from_select(["id", "character", *names], rows))
        db.execute(text("ANALYZE"))

    await database.messages.engine.write(multiply)
    assert (await database.messages.recent(owner.id, 1))[0].seq == 2000
    return owner.id


async def test_frequent_questions_are_answered_from_an_index_without_sorting(database: Database) -> None:
    owner = await fill(database)
    page = await database.sessions.list(limit=10)
    asked: dict[str, tuple[Callable[[], Awaitable[object]], str]] = {
        "recent": (lambda: database.messages.recent(owner, 20), "pk_messages"),
        "messages": (lambda: database.messages.list(owner, limit=20), "uq_messages_session_id_seq"),
        "every message": (lambda: database.messages.list(owner, limit=20, every=True), "uq_messages_session_id_seq"),
        "sessions": (lambda: database.sessions.list(limit=10, cursor=page.next_cursor), "ix_sessions_created_at_id"),
        "of one": (lambda: database.sessions.list(limit=5, character="c3"), "ix_sessions_character_created_at_id"),
        "dead": (lambda: database.events.list(dead=True), "ix_event_logs_dead"),
        "kind": (lambda: database.events.list(kind="kind:rare", limit=10), "ix_event_logs_type_seq"),
        "known": (lambda: database.events.known(["a", "b"]), "uq_event_logs_id"),
        "newest": (lambda: database.events.recent_ids(20), "pk_event_logs"),
    }
    for name, (ask, index) in asked.items():
        plan = await plan_of(database, ask)
        assert "Seq Scan" not in plan and "TEMP B-TREE" not in plan and "Sort" not in plan, f"{name}:\n{plan}"
        assert index in plan or "autoindex" in plan or "SCAN event_logs" in plan, f"{name}:\n{plan}"
