"""Migration 0005: what was there before stays, and what branched stays branched on the way back and forth."""

from collections.abc import Sequence

from sqlalchemy import inspect, text

from agent_runtime.core.conversation import Message
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from tests.store.values import NOON, claim, message, session, turn

_OF_BEFORE = (
    "INSERT INTO sessions (id, character, created_at, updated_at, message_count, last_message_id, metadata)"
    " SELECT 'before', character, created_at, updated_at, 2, 'b', metadata FROM sessions WHERE id = 'now'",
    "INSERT INTO messages (id, session_id, seq, parent_id, role, kind, content, created_at, interrupted, cause)"
    " SELECT 'a', 'before', 1, NULL, role, kind, 'a heron', created_at, interrupted, cause FROM messages WHERE seq = 1",
    "INSERT INTO messages (id, session_id, seq, parent_id, role, kind, content, created_at, interrupted, cause)"
    " SELECT 'b', 'before', 2, 'a', role, kind, 'a boat', created_at, interrupted, cause FROM messages"
    " WHERE session_id = 'now' AND seq = 1",
)


async def _run(url: str, *statements: str) -> None:
    engine = Database(url).sessions.engine
    await engine.open()
    try:
        for statement in statements:
            await engine.write(lambda db, each=statement: db.execute(text(each)))  # type: ignore[misc]
    finally:
        await engine.close()


async def _every(database: Database, session_id: str) -> Sequence[Message]:
    return (await database.messages.list(session_id, every=True)).data


async def test_conversations_of_before_are_one_path_and_go_on(database_url: str) -> None:
    async with Database(database_url) as database:
        await database.sessions.create(session(id="now"))
        await database.messages.append(message("now"))
    schema.downgrade(database_url, "0004")
    await _run(database_url, *_OF_BEFORE)
    schema.upgrade(database_url)
    assert schema.check(database_url) == []
    async with Database(database_url) as database:
        assert [each.id for each in await database.messages.recent("before", 9)] == ["a", "b"]
        said = await database.messages.append(message("before", "c"))
        assert (said.seq, said.parent_id, said.active) == (3, "b", True)
        assert [each.id for each in await database.messages.siblings("b")] == ["b"]
        assert [each.message.id for each in (await database.sessions.search("heron")).data] == ["a"]


async def test_branches_are_the_same_after_going_back_and_forth(database_url: str) -> None:
    async with Database(database_url) as database:
        for owner in ("forked", "plain"):
            await database.sessions.create(session(id=owner))
            a, b, c = [await database.messages.append(message(owner, word)) for word in "abc"]
            if owner == "forked":
                x = await database.messages.append(message(owner, "x", parent_id=a.id, branches=True))
                await database.messages.append(message(owner, "X", branches=True))
                await database.messages.select(c.id)
        before = [await _every(database, owner) for owner in ("forked", "plain")]
    schema.downgrade(database_url, "0004")
    schema.upgrade(database_url)
    async with Database(database_url) as database:
        assert [await _every(database, owner) for owner in ("forked", "plain")] == before
        siblings = await database.messages.siblings(x.id)
        assert [each.content for each in siblings] == ["b", "x"]
        said = await database.messages.append(message("forked", "d"))
        assert said.seq == 6
        assert [each.content for each in await database.messages.recent("forked", 9)] == ["a", "b", "c", "d"]
        assert (await database.messages.select(b.id)).content == "c"
        await database.messages.select(siblings[0].id)
        assert [each.content for each in await database.messages.recent("forked", 9)] == ["a", "b", "c", "d"]


async def test_going_back_takes_everything_that_the_migration_made(database_url: str) -> None:
    async with Database(database_url) as database:
        owner = await database.sessions.create(session())
        given = turn(owner.id)
        await database.turns.begin(given, message(owner.id, "heron"), claim("k"))
        await database.traces.save(given.id, {"prompt": "x" * 600}, NOON)
        await database.spending.add(NOON.date(), 5)
        await database.sessions.search("heron")
    schema.downgrade(database_url, "0004")
    engine = Database(database_url).sessions.engine
    await engine.open()
    try:
        left = await engine.read(lambda db: inspect(db).get_table_names())
        columns = await engine.read(lambda db: [each["name"] for each in inspect(db).get_columns("messages")])
    finally:
        await engine.close()
    made = ("turns", "idempotency", "traces", "parts", "spending", "searched", "words", "message_search")
    assert not [name for name in left if any(word in name for word in made) and "memor" not in name]
    assert not {"active", "forks", "chain"} & set(columns)
    schema.upgrade(database_url)
    async with Database(database_url) as database:
        assert len((await database.sessions.search("heron")).data) == 1
