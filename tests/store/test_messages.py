"""Messages: kept in one order, kept once, found cheaply."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from agent_runtime.core.conversation import Utterance
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.cursor import seq_cursor
from agent_runtime.store.database import Database
from tests.store.values import NOON, message, new_id, session


async def test_a_message_comes_back_exactly_as_it_was_kept(database: Database) -> None:
    owner = await database.sessions.create(session())
    given = message(
        owner.id,
        "Zwölf Boxkämpfer 🥊\n\ttabs",
        role="assistant",
        kind="narration",
        turn_id=new_id(),
        cause=("e1", "e2"),
        as_of="b1",
        explanation={"why": "a bid"},
        chain="0f" * 32,
    )
    kept = await database.messages.append(given)
    assert kept.model_dump(include=set(Utterance.model_fields)) == given.model_dump(exclude={"parent_id", "branches"})
    assert (kept.seq, kept.parent_id, kept.active) == (1, None, True)
    assert await database.messages.get(given.id) == kept


async def test_times_are_kept_to_the_millisecond_on_either_side(database: Database) -> None:
    owner = await database.sessions.create(session())
    kept = await database.messages.append(message(owner.id, created_at=NOON + timedelta(microseconds=999)))
    assert kept.created_at == NOON
    assert (await database.messages.get(kept.id)).created_at == NOON


async def test_fifty_concurrent_appends_to_one_session_have_one_total_order(database: Database) -> None:
    owner = await database.sessions.create(session())
    kept = await asyncio.gather(*(database.messages.append(message(owner.id, str(n))) for n in range(50)))
    page = await database.messages.list(owner.id, limit=100)
    assert [each.seq for each in page.data] == list(range(1, 51))
    assert [each.parent_id for each in page.data] == [None, *(each.id for each in page.data[:-1])]
    assert sorted(kept, key=lambda each: each.seq) == list(page.data)
    assert (await database.sessions.get(owner.id)).message_count == 50


async def test_two_processes_that_write_the_same_sessions_share_one_order(
    migrated_url: Callable[[str], str],
) -> None:
    url = migrated_url("postgresql")
    async with Database(url) as one, Database(url) as other:
        owners = [await one.sessions.create(session()) for _ in range(4)]
        jobs = [each.messages.append(message(owner.id)) for _ in range(25) for each in (one, other) for owner in owners]
        await asyncio.gather(*jobs)
        for owner in owners:
            page = await other.messages.list(owner.id, limit=100)
            assert [each.seq for each in page.data] == list(range(1, 51))
            assert [each.parent_id for each in page.data[1:]] == [each.id for each in page.data[:-1]]


async def test_one_message_kept_by_two_processes_at_once_is_kept_once(migrated_url: Callable[[str], str]) -> None:
    url = migrated_url("postgresql")
    async with Database(url) as one, Database(url) as other:
        owner = await one.sessions.create(session())
        given = [message(owner.id) for _ in range(20)]
        pairs = await asyncio.gather(*(each.messages.append(item) for item in given for each in (one, other)))
        assert pairs[::2] == pairs[1::2]
        assert (await one.sessions.get(owner.id)).message_count == 20


async def test_keeping_twice_is_keeping_once(database: Database) -> None:
    owner = await database.sessions.create(session())
    given = message(owner.id)
    first = await database.messages.append(given)
    await database.messages.append(message(owner.id))
    assert await database.messages.append(given.model_copy(update={"content": "other"})) == first
    together = message(owner.id)
    kept = await asyncio.gather(*(database.messages.append(together) for _ in range(3)))
    assert kept[0] == kept[1] == kept[2]
    assert (await database.sessions.get(owner.id)).message_count == 3


async def test_an_append_moves_its_session_and_never_back(database: Database) -> None:
    owner = await database.sessions.create(session())
    await database.messages.append(message(owner.id, created_at=NOON + timedelta(minutes=5)))
    await database.messages.append(message(owner.id, created_at=NOON + timedelta(minutes=2)))
    moved = await database.sessions.get(owner.id)
    assert (moved.created_at, moved.updated_at) == (NOON, NOON + timedelta(minutes=5))


async def test_an_append_to_no_session_is_told_and_its_neighbours_are_kept(database: Database) -> None:
    owner = await database.sessions.create(session())
    outcomes = await asyncio.gather(
        *(database.messages.append(message(owner.id if n % 2 else new_id())) for n in range(10)), return_exceptions=True
    )
    assert [isinstance(outcome, NotFound) for outcome in outcomes] == [True, False] * 5
    assert (await database.sessions.get(owner.id)).message_count == 5


async def test_text_that_one_database_would_refuse_is_refused_by_both(database: Database) -> None:
    owner = await database.sessions.create(session())
    for content in ("a\0b", "half \ud800 a pair"):
        with pytest.raises(Refused):
            await database.messages.append(message(owner.id, content))
        with pytest.raises(Refused):
            await database.sessions.create(session(metadata={"deep": [{"x": content}]}))
        with pytest.raises(Refused):
            await database.sessions.create(session(title=content))
    assert (await database.messages.append(message(owner.id))).seq == 1


async def test_ids_that_nothing_can_have_are_not_found(database: Database) -> None:
    for strange in ("", "a\0b", "\ud800", "x" * 65):
        with pytest.raises(NotFound):
            await database.messages.get(strange)
        with pytest.raises(NotFound):
            await database.messages.list(strange)
        with pytest.raises(NotFound):
            await database.sessions.get(strange)
        assert tuple(await database.messages.recent(strange, 5)) == ()


async def test_recent_gives_the_newest_in_ascending_order(database: Database) -> None:
    owner = await database.sessions.create(session())
    kept = [await database.messages.append(message(owner.id, str(n))) for n in range(7)]
    assert list(await database.messages.recent(owner.id, 3)) == kept[-3:]
    assert list(await database.messages.recent(owner.id, 99)) == kept
    assert list(await database.messages.recent(owner.id, 0)) == []


async def test_pages_of_messages_stay_right_while_others_write(database: Database) -> None:
    owner = await database.sessions.create(session())
    for number in range(5):
        await database.messages.append(message(owner.id, str(number)))
    seen, cursor = [], None
    while True:
        page = await database.messages.list(owner.id, limit=2, cursor=cursor)
        seen += [each.content for each in page.data]
        if len(seen) == 4:
            await database.messages.append(message(owner.id, "5"))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["0", "1", "2", "3", "4", "5"]


async def test_an_empty_session_has_an_empty_page_and_no_session_has_none(database: Database) -> None:
    owner = await database.sessions.create(session())
    page = await database.messages.list(owner.id)
    assert (page.data, page.next_cursor) == ((), None)
    with pytest.raises(NotFound):
        await database.messages.list(new_id())


async def test_behind_a_place_that_no_session_reaches_there_is_nothing(database: Database) -> None:
    owner = await database.sessions.create(session())
    await database.messages.append(message(owner.id))
    page = await database.messages.list(owner.id, cursor=seq_cursor("messages", 2**62))
    assert (page.data, page.next_cursor) == ((), None)


async def test_a_message_can_be_marked_interrupted(database: Database) -> None:
    owner = await database.sessions.create(session())
    kept = await database.messages.append(message(owner.id))
    await database.messages.mark_interrupted(kept.id)
    assert await database.messages.get(kept.id) == kept.model_copy(update={"interrupted": True})
    with pytest.raises(NotFound):
        await database.messages.mark_interrupted(new_id())


async def test_deleting_all_messages_says_how_many_and_begins_anew(database: Database) -> None:
    owner = await database.sessions.create(session())
    for _ in range(3):
        await database.messages.append(message(owner.id))
    assert await database.messages.delete_all(owner.id) == 3
    assert await database.messages.delete_all(owner.id) == 0
    assert (await database.sessions.get(owner.id)).message_count == 0
    again = await database.messages.append(message(owner.id))
    assert (again.seq, again.parent_id) == (1, None)
    with pytest.raises(NotFound):
        await database.messages.delete_all(new_id())


async def test_a_page_size_out_of_bounds_is_refused(database: Database) -> None:
    owner = await database.sessions.create(session())
    for limit in (0, -1, 10_000):
        with pytest.raises(Refused):
            await database.messages.list(owner.id, limit=limit)


async def test_the_newest_are_read_backwards_from_any_place(database: Database) -> None:
    owner = await database.sessions.create(session())
    for number in range(1, 8):
        await database.messages.append(message(owner.id, str(number)))

    async def seqs(limit: int, before: int | None = None) -> list[int]:
        return [each.seq for each in await database.messages.last(owner.id, limit, before=before)]

    assert [await seqs(3), await seqs(3, 5), await seqs(3, 2), await seqs(3, 1)] == [[5, 6, 7], [2, 3, 4], [1], []]
    assert await seqs(100, 10**17) == list(range(1, 8))
    with pytest.raises(NotFound):
        await database.messages.last("nowhere", 5)
    with pytest.raises(Refused):
        await database.messages.last(owner.id, 0)
