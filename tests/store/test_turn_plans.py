"""A turn costs the same after five thousand messages as after twenty: whatever it asks is answered by an index."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Table, insert, text

from agent_runtime.store.chains import known
from agent_runtime.store.columns import POSTGRESQL
from agent_runtime.store.database import Database
from agent_runtime.store.engine import Engine
from agent_runtime.store.tables import messages, sessions
from agent_runtime.store.turn_tables import idempotency_keys, prompt_parts, traces, turns
from agent_runtime.store.word_tables import message_words, searched_sessions
from tests.store.test_plans import noted
from tests.store.values import NOON, claim, message, new_id, session, turn

Ask = Callable[[], Awaitable[object]]
_ASKING = ("SELECT", "WITH", "UPDATE", "DELETE")
_LONG, _SHORT, _FORKED = "long", "short", "forked"
_LENGTH = 5000


async def plans_of(database: Database, ask: Ask) -> list[str]:
    """The plan of each statement that `ask` runs, reading or writing; inserts have none."""
    engine = database.messages.engine
    is_sqlite = database.address.kind == "sqlite"
    if is_sqlite:
        async with _traced(engine) as written:
            with await engine.read(noted) as asked:
                await ask()
        every = [*asked, *written]
    else:  # both are of one pool
        with await engine.write(noted) as every:
            await ask()
    wanted = [each for each in every if each[0].strip().startswith(_ASKING)]
    return await engine.read(lambda db: [_explained(db, *each) for each in wanted])


@asynccontextmanager
async def _traced(engine: Engine) -> AsyncIterator[list[tuple[str, Any]]]:
    """Every statement on the connection that writes to SQLite: the hottest ones go past SQLAlchemy."""
    traced: list[tuple[str, Any]] = []

    def tell(callback: Callable[[str], None] | None) -> Callable[[Connection], None]:
        return lambda db: cast(Any, db.connection.driver_connection).set_trace_callback(callback)

    await engine.write(tell(lambda statement: traced.append((statement, ()))))
    yield traced
    await engine.write(tell(None))


def _explained(db: Connection, statement: str, parameters: Any) -> str:
    words = "EXPLAIN" if db.dialect.name == POSTGRESQL else "EXPLAIN QUERY PLAN"
    given = parameters[0] if isinstance(parameters, list) else parameters
    rows = db.exec_driver_sql(f"{words} {statement}", given)
    return "\n".join([statement, *(str(row[-1]) for row in rows)])


def assert_indexed(plans: Sequence[str]) -> None:
    """No table of ours is read through."""
    assert plans
    for plan in plans:
        scans = [line.strip() for line in plan.splitlines() if "Seq Scan on " in line or line.startswith("SCAN ")]
        ours = [line for line in scans if any(line.split("(")[0].strip().endswith(f" {name}") for name in _TABLES)]
        assert not ours, plan


_BIG: tuple[Table, ...] = (messages, sessions, turns, idempotency_keys, traces, prompt_parts, message_words)
_TABLES = (*(table.name for table in (*_BIG, searched_sessions)), "m", "m_1", "m_2", "had", "held", "child")


@pytest.fixture
async def filled(database: Database) -> Database:
    """A session of five thousand messages, one of twenty, one in which somebody branched at the second of so many."""
    for each in (_LONG, _SHORT, _FORKED):
        await database.sessions.create(session(id=each))

    def fill(db: Connection) -> None:
        db.execute(insert(sessions), [_session_row(number) for number in range(2000)])
        for owner, length in ((_LONG, _LENGTH), (_SHORT, 20), (_FORKED, _LENGTH)):
            db.execute(insert(messages), [_message_row(owner, seq) for seq in range(1, length + 1)])
            tip = {"message_count": length, "tip_seq": length, "last_message_id": f"{owner}-{length}"}
            db.execute(sessions.update().where(sessions.c.id == owner).values(tip))
        db.execute(insert(turns), [_turn_row(number) for number in range(3000)])
        db.execute(
            insert(traces),
            [{"turn_id": f"t{n}", "created_at": NOON, "content": {"content": {}, "parts": []}} for n in range(3000)],
        )
        db.execute(
            insert(prompt_parts),
            [{"hash": f"h{n}", "text": "x", "used_until": NOON + timedelta(seconds=n)} for n in range(3000)],
        )
        keys = {"scope": "s", "fingerprint": "f", "kind": "turn", "id": "t"}
        moments = [NOON + timedelta(seconds=number) for number in range(3000)]
        db.execute(
            insert(idempotency_keys),
            [{**keys, "key": f"k{number}", "created_at": moment} for number, moment in enumerate(moments)],
        )

    await database.messages.engine.write(fill)
    parent = f"{_FORKED}-2"
    await database.messages.append(message(_FORKED, "the heron again", parent_id=parent, branches=True))
    while await database.sessions.index_some(1000):
        pass
    await database.messages.engine.write(lambda db: db.execute(text("ANALYZE")))
    return database


def _session_row(number: int) -> dict[str, Any]:
    return {"id": f"s{number}", "character": "ada", "created_at": NOON, "updated_at": NOON, "metadata": {}}


def _message_row(owner: str, seq: int) -> dict[str, Any]:
    row = {
        "id": f"{owner}-{seq}",
        "session_id": owner,
        "seq": seq,
        "parent_id": f"{owner}-{seq - 1}" if seq > 1 else None,
    }
    said = {"role": "user", "kind": "chat", "content": f"heron {seq}", "created_at": NOON, "interrupted": False}
    return {**row, **said, "cause": [], "chain": f"{seq:064x}", "turn_id": f"t{seq % 3000}"}


def _turn_row(number: int) -> dict[str, Any]:
    row = {"id": f"t{number}", "session_id": _LONG, "user_message_id": "x", "owner": "gone"}
    kind = "chat" if number % 10 else "regenerate"
    return {**row, "state": "done", "kind": kind, "created_at": NOON, "updated_at": NOON}


async def one_turn(database: Database, owner: str) -> None:
    given = turn(owner)
    await database.turns.begin(given, message(owner, id=given.user_message_id), claim(new_id()))
    await database.messages.recent(owner, 20)
    await database.turns.finish(given.id, "done", message(owner, role="assistant"), at=NOON)


async def test_a_turn_asks_the_same_of_any_session(filled: Database) -> None:
    plans = [await plans_of(filled, lambda owner=owner: one_turn(filled, owner)) for owner in (_LONG, _SHORT, _FORKED)]  # type: ignore[misc]
    assert len(plans[0]) == len(plans[1]) == len(plans[2])
    for each in plans:
        assert_indexed(each)


async def test_recent_reads_as_many_rows_as_it_gives_wherever_the_path_leads(filled: Database) -> None:
    for owner in (_LONG, _SHORT, _FORKED):
        (plan,) = await plans_of(filled, lambda owner=owner: filled.messages.recent(owner, 20))  # type: ignore[misc]
        assert_indexed([plan])
        assert "pk_messages" in plan or "sqlite_autoindex_messages_1 (id=?)" in plan, plan
    assert [each.seq for each in await filled.messages.recent(_FORKED, 20)] == [1, 2, _LENGTH + 1]


async def test_the_tree_is_looked_around_in_by_indexes(filled: Database) -> None:
    asked: dict[str, tuple[Ask, str]] = {
        "path": (lambda: filled.messages.path(f"{_LONG}-4000", 20), "pk_messages"),
        "siblings": (lambda: filled.messages.siblings(f"{_FORKED}-3"), "ix_messages_forks"),
        "roots": (lambda: filled.messages.siblings(f"{_LONG}-1"), "ix_messages_forks"),
        # As a write, because on SQLite only those are noted past SQLAlchemy.
        "chain": (
            lambda: filled.messages.engine.write(lambda db: known(db, f"{7:064x}", f"{6:064x}", 20)),
            "ix_messages_chain_created_at",
        ),
        "select": (lambda: filled.messages.select(f"{_LONG}-4990"), "ix_messages_forks"),
        "branch": (
            lambda: filled.messages.append(message(_LONG, parent_id=f"{_LONG}-4990", branches=True)),
            "uq_messages_session_id_seq",
        ),
    }
    for name, (ask, index) in asked.items():
        plans = await plans_of(filled, ask)
        assert_indexed(plans)
        assert index in "".join(plans) or "autoindex" in "".join(plans), f"{name}:\n{plans}"


async def test_what_is_kept_of_turns_is_found_and_purged_by_indexes(filled: Database) -> None:
    early = NOON + timedelta(seconds=50)
    crashed = turn("s7", id="crashed", owner="gone")
    await filled.turns.begin(crashed, message("s7", id=crashed.user_message_id))
    asked: dict[str, Ask] = {
        "sweep": lambda: filled.turns.sweep("gone", early, NOON),
        "running": lambda: filled.turns.running("s7"),
        "turn": lambda: filled.turns.get("t5"),
        "trace": lambda: filled.traces.get("t5"),
        "claim": lambda: filled.claims.get("s", "k5", at=NOON),
        "claims": lambda: filled.claims.purge(early, 20),
        "traces": lambda: filled.traces.purge(NOON - timedelta(days=1), 20),
        "delete": lambda: filled.sessions.delete("s7"),
    }
    for name, ask in asked.items():
        plans = await plans_of(filled, ask)
        assert_indexed(plans)
        if name in ("sweep", "running"):
            assert "uq_turns_unfinished" in "".join(plans), plans


async def test_a_search_reads_no_message_that_it_does_not_give(filled: Database) -> None:
    plans = await plans_of(filled, lambda: filled.sessions.search("heron 77", limit=5))
    assert_indexed(plans)
    assert "SCAN message_search VIRTUAL TABLE INDEX" in plans[0] or "message_words" in plans[0], plans
    page = await filled.sessions.search("heron 77", limit=5)
    assert [each.message.content for each in page.data] == ["heron 77"] * 2
