"""Search over conversations: what was said is found at once, newest first, whatever is written in the box."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from agent_runtime.core.conversation import Found, Session
from agent_runtime.core.errors import Refused
from agent_runtime.store.database import Database
from tests.store.values import NOON, message, session
from tests.waiting import beside, until


async def tell(database: Database, *contents: str, **values: str) -> Session:
    """A session in which these were said, a minute apart."""
    owner = await database.sessions.create(session(**values))
    for minute, content in enumerate(contents):
        said = message(owner.id, content, created_at=NOON + timedelta(minutes=minute))
        await database.messages.append(said)
    return await database.sessions.get(owner.id)


async def found(database: Database, words: str, character: str | None = None) -> list[str]:
    return contents((await database.sessions.search(words, character=character)).data)


def contents(page: Sequence[Found]) -> list[str]:
    return [each.message.content for each in page]


@asynccontextmanager
async def again(database: Database) -> AsyncIterator[Database]:
    """Another process on the same database."""
    async with Database(
        database.address.url.render_as_string(hide_password=False).replace("+aiosqlite", "").replace("+asyncpg", "")
    ) as other:
        yield other


async def test_what_was_just_said_is_found_with_its_session(database: Database) -> None:
    owner = await tell(database, "The heron is blue", "A boat", "Two herons, one boat")
    page = await database.sessions.search("heron")
    assert contents(page.data) == ["Two herons, one boat", "The heron is blue"]
    assert page.data[0].session == owner
    assert page.data[0].message == (await database.messages.recent(owner.id, 1))[0]
    assert await found(database, "HERONS boat") == ["Two herons, one boat"]
    assert await found(database, "zebra") == []
    await database.messages.append(message(owner.id, "zebra"))
    assert await found(database, "zebra") == ["zebra"]


async def test_accents_and_case_do_not_matter_and_questions_are_made_of_words_that_do_not(database: Database) -> None:
    await tell(database, "Crème brûlée à ÉVREUX", "how are you")
    assert await found(database, "what is the creme of evreux?") == ["Crème brûlée à ÉVREUX"]
    assert await found(database, "how are you") == ["how are you"]


@pytest.mark.parametrize(
    "words", ['"', "*", "NEAR(", "-", "' OR 1", "a\0b", "\ud800", "%", "_", "(", ":*", "&|!", "\\", "", "AND"]
)
async def test_signs_of_the_search_language_are_harmless(database: Database, words: str) -> None:
    await tell(database, "heron", "and near or a b")
    alone = await database.sessions.search(words)
    assert set(contents(alone.data)) <= {"and near or a b"}
    assert await found(database, f"heron {words if '0' not in words else ''}") in (["heron"], [])
    assert await found(database, "heron") == ["heron"]


async def test_only_chat_is_found_and_by_its_character(database: Database) -> None:
    owner = await tell(database, "a heron for ada", character="ada")
    await tell(database, "a heron for bob", character="bob")
    await database.messages.append(message(owner.id, "heron sold", kind="narration"))
    assert await found(database, "heron", "ada") == ["a heron for ada"]
    assert await found(database, "heron", "nobody") == await found(database, "heron", "a\0b") == []
    assert len(await found(database, "heron")) == 2
    changed = await database.sessions.update(owner.id, character="zoe")
    assert changed.character == "zoe"
    assert await found(database, "heron", "ada") == []
    assert await found(database, "heron", "zoe") == ["a heron for ada"]


async def test_pages_are_newest_first_across_sessions_and_stay_right(database: Database) -> None:
    owners = [await database.sessions.create(session()) for _ in range(3)]
    for number in range(9):
        at = NOON + timedelta(milliseconds=number // 2)
        await database.messages.append(message(owners[number % 3].id, f"heron {number}", created_at=at))
    seen: list[Found] = []
    cursor = None
    while True:
        page = await database.sessions.search("heron", limit=2, cursor=cursor)
        seen += page.data
        cursor = page.next_cursor
        if cursor is None:
            break
        await database.messages.append(message(owners[0].id, "heron, newer", created_at=NOON + timedelta(hours=1)))
    assert len({each.message.id for each in seen}) == 9
    moments = [each.message.created_at for each in seen]
    assert moments == sorted(moments, reverse=True)
    for cursor in ("x", page.next_cursor or "", "A" * 99):
        with pytest.raises(Refused):
            await database.sessions.search("heron", cursor=cursor)
    for limit in (0, 1001):
        with pytest.raises(Refused):
            await database.sessions.search("heron", limit=limit)


async def test_messages_of_one_millisecond_are_all_found(database: Database) -> None:
    owner = await database.sessions.create(session())
    await asyncio.gather(*(database.messages.append(message(owner.id, f"heron {n}")) for n in range(300)))
    assert len(await found(database, "heron")) == 50
    assert await database.sessions.index_some(128) == 0
    assert len((await database.sessions.search("heron", limit=1000)).data) == 300


async def test_what_is_deleted_is_found_no_more_and_what_comes_in_its_place_is(database: Database) -> None:
    gone, emptied = await tell(database, "heron one"), await tell(database, "heron two", "heron three")
    assert len(await found(database, "heron")) == 3
    await database.sessions.delete(gone.id)
    await database.messages.delete_all(emptied.id)
    assert await found(database, "heron") == []
    await database.messages.append(message(emptied.id, "heron four"))
    assert await found(database, "heron") == ["heron four"]
    await database.messages.append(message(emptied.id, "never noted heron"))
    await database.sessions.delete(emptied.id)
    assert await found(database, "heron") == []


async def test_a_branch_does_not_hide_what_was_said_before_it(database: Database) -> None:
    owner = await tell(database, "a heron", "two herons")
    await database.messages.append(message(owner.id, "three herons", branches=True))
    page = await database.sessions.search("heron")
    assert {each.message.content: each.message.active for each in page.data} == {
        "a heron": False,
        "two herons": False,
        "three herons": True,
    }


async def test_what_a_process_left_unnoted_is_noted_by_the_next(database: Database) -> None:
    owners = [await tell(database, f"heron {n}", "more", "and more") for n in range(4)]
    async with again(database) as other:
        assert len(await found(other, "heron")) == 4
    # This one has not heard of it and looks itself.
    await database.messages.append(message(owners[0].id, "late heron"))
    assert len(await found(database, "heron")) == 5


async def test_a_backlog_is_noted_in_bounded_batches(database: Database) -> None:
    for _ in range(3):
        await tell(database, *(f"heron {n}" for n in range(10)))
    done = []
    while some := await database.sessions.index_some(7):
        done.append(some)
    assert all(each <= 7 for each in done)
    assert sum(done) >= 30
    assert len(await found(database, "heron")) == 30


async def test_two_who_note_the_same_at_once_note_it_once(database: Database) -> None:
    await tell(database, *(f"heron {n}" for n in range(40)))
    async with again(database) as other:
        await asyncio.gather(*(each.sessions.search("heron") for _ in range(5) for each in (database, other)))
        for each in (database, other):
            assert len((await each.sessions.search("heron", limit=100)).data) == 40


async def test_a_search_that_is_given_up_loses_no_message(database: Database) -> None:
    await tell(database, *(f"heron {n}" for n in range(40)))
    searches = [asyncio.create_task(database.sessions.search("heron")) for _ in range(5)]
    await asyncio.sleep(0)
    for each in searches:
        each.cancel()
    await asyncio.wait(searches)
    assert len(await found(database, "heron")) == 40


async def test_the_indexer_catches_up_by_itself(database: Database) -> None:
    await tell(database, *(f"heron {n}" for n in range(10)))
    async with beside(database.indexer.run):
        await until(lambda: not database.indexer.is_behind)
    assert await database.sessions.index_some(1) == 0


async def test_a_search_waits_for_what_is_being_made_findable(database: Database) -> None:
    while database.indexer.is_behind:
        await database.indexer.index_some(64)
    await tell(database, "a heron on the roof")
    background = asyncio.create_task(database.indexer.index_some(64))
    await asyncio.sleep(0)  # it has taken the session up, and has kept nothing yet
    assert await found(database, "heron") == ["a heron on the roof"]
    await background
