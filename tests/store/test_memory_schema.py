"""Migration 0004: what was there before stays, what is searched stays in step with what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect

from agent_runtime.core.errors import Unavailable
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from agent_runtime.store.migrating import copy_path
from tests.store.memory_values import memory
from tests.store.platform_values import auction, bid, user
from tests.store.values import NOON, event, message, session


async def test_rows_of_a_database_from_before_are_kept(database_url: str) -> None:
    async with Database(database_url) as database:
        owner = await database.sessions.create(session())
        said = await database.messages.append(message(owner.id))
        await database.events.append([event()])
        await database.records.upsert([user(id="u"), auction(id="lot"), bid("lot", id="b", user_id="u")])
    schema.downgrade(database_url, "0002")
    schema.upgrade(database_url)
    assert schema.check(database_url) == []
    async with Database(database_url) as database:
        assert await database.messages.get(said.id) == said
        assert len((await database.events.list()).data) == 1
        assert (await database.bids.get("b")).auction_id == (await database.auctions.get("lot")).id
        await database.memories.remember([memory("heron")])
        assert len(await database.memories.recall("ada", "heron", now=NOON)) == 1


async def test_going_back_takes_everything_that_the_migration_made(database_url: str) -> None:
    async with Database(database_url) as database:
        await database.memories.remember([memory("heron")])
    schema.downgrade(database_url, "0003")
    engine = Database(database_url).memories.engine
    await engine.open()
    try:
        left = await engine.read(lambda db: inspect(db).get_table_names())
    finally:
        await engine.close()
    assert not [name for name in left if "memor" in name or "summar" in name]


async def test_words_are_found_in_a_copy_of_the_file(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("sqlite")
    async with Database(url) as database:
        given = [memory(f"heron {word}") for word in ("one", "two", "three", "four")]
        await database.memories.remember(given)
        await database.memories.forget("ada", given[0].id)  # a copy closes the gap that this leaves
    schema.downgrade(url, "0003")
    copy = copy_path(Path(url.removeprefix("sqlite:///")))
    async with Database(f"sqlite:///{copy}") as database:
        for each in given[1:]:
            found = await database.memories.recall("ada", each.text, now=NOON, limit=1)
            assert [one.memory.id for one in found] == [each.id]


async def test_the_index_of_words_is_in_step_with_what_is_kept(migrated_url: Callable[[str], str]) -> None:
    async with Database(migrated_url("sqlite")) as database:
        given = [memory(f"heron {n}", about_user="bo" if n % 3 else None) for n in range(40)]
        await database.memories.remember(given)
        await database.memories.remember([each.model_copy(update={"text": "boat"}) for each in given[::2]])
        await database.memories.touch([each.id for each in given], NOON)
        await database.memories.forget("ada", given[1].id)
        check = "INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)"
        await database.memories.engine.write(lambda db: db.exec_driver_sql(check))
        await database.memories.engine.write(lambda db: db.exec_driver_sql("DROP TRIGGER memories_gone"))
        await database.memories.forget("ada", given[2].id)
        with pytest.raises(Unavailable, match="damaged"):
            await database.memories.engine.write(lambda db: db.exec_driver_sql(check))
