"""Memories: kept once, listed newest first, private ones apart, forgotten for good."""

from datetime import timedelta

import pytest

from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.database import Database
from tests.store.memory_values import memory
from tests.store.values import NOON


async def test_a_memory_comes_back_as_it_was_kept(database: Database) -> None:
    full = memory("It rained.", about_user="bo", source_message_id="m", last_used_at=NOON, subject="Bo", kind="joke")
    exact = memory("Später – naïve 🎨", created_at=NOON + timedelta(microseconds=1999), importance=1 / 3)
    await database.memories.remember([full, exact])
    await database.memories.remember([])
    kept = (await database.memories.list("ada")).data
    assert kept == (exact.model_copy(update={"created_at": NOON + timedelta(milliseconds=1)}), full)


async def test_keeping_twice_is_keeping_once_with_the_newer_words(database: Database) -> None:
    first = memory("Ann has won 2 lots.", last_used_at=NOON)
    newer = first.model_copy(update={"text": "Ann has won 3 lots, says Zoë.", "last_used_at": None})
    await database.memories.remember([first, first])
    await database.memories.remember([newer])
    assert (await database.memories.list("ada")).data == (newer.model_copy(update={"last_used_at": NOON}),)
    assert [each.memory.text for each in await database.memories.recall("ada", "zoe", now=NOON)] == [newer.text]


async def test_an_id_that_is_another_agents_is_left_as_it_is(database: Database) -> None:
    hers = memory("Mine.")
    await database.memories.remember([hers])
    await database.memories.remember([hers.model_copy(update={"agent_id": "eve", "text": "Stolen."})])
    assert (await database.memories.list("ada")).data == (hers,)
    assert (await database.memories.list("eve")).data == ()


async def test_pages_are_newest_first_and_stable_while_memories_are_added(database: Database) -> None:
    kept = [memory(f"n{n}", created_at=NOON + timedelta(seconds=n // 2)) for n in range(7)]
    await database.memories.remember([*kept, memory("other", agent_id="eve")])
    found, cursor = [], None
    for _ in range(4):
        page = await database.memories.list("ada", limit=2, cursor=cursor)
        found += page.data
        cursor = page.next_cursor
        await database.memories.remember([memory("later", created_at=NOON + timedelta(hours=1))])
    assert cursor is None
    assert found == sorted(kept, key=lambda each: (each.created_at, each.id), reverse=True)
    with pytest.raises(Refused):
        await database.memories.list("ada", cursor="nonsense")
    with pytest.raises(Refused):
        await database.memories.list("ada", limit=0)


async def test_the_newest_public_ones_leave_out_what_guests_told_in_private(database: Database) -> None:
    public = [memory(f"n{n}", created_at=NOON + timedelta(seconds=n)) for n in range(3)]
    private = memory("secret", about_user="bo", created_at=NOON + timedelta(days=1))
    await database.memories.remember([*public, private])
    assert await database.memories.newest("ada", 2) == (public[2], public[1])
    assert await database.memories.newest("ada", 0) == await database.memories.newest("nobody", 5) == ()


async def test_use_is_noted_and_only_moves_on(database: Database) -> None:
    used, other = memory("used"), memory("other")
    await database.memories.remember([used, other])
    later = NOON + timedelta(days=2)
    await database.memories.touch([used.id, "nothing", "a\0b"], later)
    await database.memories.touch([used.id], NOON)
    await database.memories.touch([], NOON)
    kept = {each.id: each.last_used_at for each in (await database.memories.list("ada")).data}
    assert kept == {used.id: later, other.id: None}


async def test_what_is_forgotten_is_neither_listed_nor_recalled(database: Database) -> None:
    gone, kept = memory("heron gone"), memory("heron kept")
    await database.memories.remember([gone, kept])
    with pytest.raises(NotFound):
        await database.memories.forget("eve", gone.id)
    await database.memories.forget("ada", gone.id)
    for missing in (gone.id, "", "a\0b"):
        with pytest.raises(NotFound):
            await database.memories.forget("ada", missing)
    assert (await database.memories.list("ada")).data == (kept,)
    assert [each.memory for each in await database.memories.recall("ada", "heron", now=NOON)] == [kept]


async def test_all_of_an_agent_is_forgotten_and_nothing_of_another(database: Database) -> None:
    await database.memories.remember([memory("heron", about_user="bo" if n % 3 else None) for n in range(1203)])
    await database.memories.remember([memory("heron", agent_id="eve")])
    assert await database.memories.forget_all("ada") == 1203
    assert await database.memories.forget_all("ada") == await database.memories.forget_all("a\0b") == 0
    assert await database.memories.recall("ada", "heron", now=NOON, about_user="bo") == ()
    assert len(await database.memories.recall("eve", "heron", now=NOON)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "a\0b"},
        {"agent_id": "x" * 65},
        {"about_user": ""},
        {"subject": "\ud800"},
        {"subject": "x" * 401},
        {"text": "a\0b"},
        {"text": "x" * 4001},
        {"source_message_id": "\udfff"},
    ],
    ids=lambda wrong: ascii(wrong)[:40],
)
async def test_what_cannot_be_kept_is_refused_with_its_batch(database: Database, wrong: dict[str, str]) -> None:
    strange = memory("strange").model_copy(update=wrong)
    with pytest.raises(Refused):
        await database.memories.remember([memory("fine"), strange])
    assert (await database.memories.list("ada")).data == ()
