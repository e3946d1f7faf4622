"""Whose a session is: kept, asked for from an index, and nobody's for sessions of before."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from agent_runtime.core.conversation import Session
from agent_runtime.core.errors import Refused
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from tests.store.test_plans import plan_of
from tests.store.values import NOON, message, session


async def made(database: Database, owner: str | None, words: str = "a heron", after_s: int = 0) -> Session:
    one = await database.sessions.create(session(owner=owner, created_at=NOON + timedelta(seconds=after_s)))
    await database.messages.append(message(one.id, words))
    return await database.sessions.get(one.id)


async def test_an_owner_is_kept_and_its_sessions_are_listed_page_by_page(database: Database) -> None:
    mine = [await made(database, "ada", after_s=number) for number in range(3)]
    await made(database, "bob")
    await made(database, None)
    first = await database.sessions.list(owner="ada", limit=2)
    rest = await database.sessions.list(owner="ada", limit=2, cursor=first.next_cursor)
    assert [each.id for each in (*first.data, *rest.data)] == [each.id for each in reversed(mine)]
    assert {each.owner for each in first.data} == {"ada"}
    assert rest.next_cursor is None
    assert (await database.sessions.list(owner="ada", character="nobody")).data == ()
    assert (await database.sessions.list(owner="nobody")).data == ()
    assert len((await database.sessions.list()).data) == 5


async def test_pages_of_a_search_are_full_of_what_is_ones_own(database: Database) -> None:
    mine = [await made(database, "ada") for _ in range(3)]
    for owner in ("bob", None, "bob", None):
        await made(database, owner)
    first = await database.sessions.search("heron", owner="ada", limit=2)
    rest = await database.sessions.search("heron", owner="ada", limit=2, cursor=first.next_cursor)
    assert [len(first.data), len(rest.data)] == [2, 1]
    assert {each.session.id for each in (*first.data, *rest.data)} == {each.id for each in mine}
    assert (await database.sessions.search("boat", owner="ada")).data == ()
    assert len((await database.sessions.search("heron")).data) == 7


@pytest.mark.parametrize("owner", ["", "x" * 65, "a\0b"])
async def test_what_is_no_owner_is_refused(database: Database, owner: str) -> None:
    with pytest.raises(Refused):
        await database.sessions.create(session(owner=owner))


async def test_the_list_comes_from_its_index(database: Database) -> None:
    await made(database, "ada")
    page = await database.sessions.list(limit=1)
    assert page.data
    plan = await plan_of(database, lambda: database.sessions.list(owner="ada", limit=10))
    if "USING" in plan:  # PostgreSQL looks at a table of one page without its index
        assert "ix_sessions_owner_created_at_id" in plan
        assert "TEMP B-TREE" not in plan


async def test_sessions_of_before_are_nobodys_and_stay_when_it_goes_back(database_url: str) -> None:
    async with Database(database_url) as database:
        owned, free = await made(database, "ada"), await made(database, None)
    schema.downgrade(database_url, "0005")
    engine = Database(database_url).sessions.engine
    await engine.open()
    kept = await engine.read(lambda db: db.execute(text("SELECT count(*) FROM sessions")).scalar())
    await engine.close()
    assert kept == 2
    schema.upgrade(database_url)
    assert schema.check(database_url) == []
    async with Database(database_url) as database:
        assert [(await database.sessions.get(each.id)).owner for each in (owned, free)] == [None, None]
        assert len((await database.messages.list(owned.id)).data) == 1
