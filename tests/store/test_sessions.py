"""Sessions: made once, listed newest first, deleted with all they hold."""

import asyncio
import base64
from datetime import timedelta

import pytest

from agent_runtime.core.conversation import Session
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.cursor import seq_cursor, time_cursor
from agent_runtime.store.database import Database
from tests.store.values import NOON, message, new_id, session


async def test_a_session_comes_back_exactly_as_it_was_made(database: Database) -> None:
    given = session(title="Ünïcode 🎨", metadata={"user": {"name": "Zoë"}, "numbers": [1, 2.5, None, True]})
    assert await database.sessions.create(given) == given
    assert await database.sessions.get(given.id) == given


async def test_a_session_is_made_once(database: Database) -> None:
    given = await database.sessions.create(session(agent_id="ada"))
    with pytest.raises(Refused):
        await database.sessions.create(given)
    with pytest.raises(Refused):
        await database.sessions.create(session(agent_id="ada"))


async def test_an_agent_has_the_same_session_for_ever(database: Database) -> None:
    made = await asyncio.gather(*(database.sessions.for_agent("ada", "ada", new_id(), NOON) for _ in range(10)))
    assert len({each.id for each in made}) == 1
    assert await database.sessions.for_agent("ada", "somebody-else", new_id(), NOON) == made[0]
    assert (await database.sessions.get(made[0].id)).agent_id == "ada"


async def test_an_agent_cannot_take_another_ones_session(database: Database) -> None:
    other = await database.sessions.create(session())
    with pytest.raises(Refused):
        await database.sessions.for_agent("ada", "ada", other.id, NOON)


async def test_pages_of_sessions_are_newest_first_and_stable_under_inserts(database: Database) -> None:
    # Two of a kind: pairs share a millisecond, so that only the id tells them apart.
    made = [await database.sessions.create(session(created_at=NOON + timedelta(seconds=n // 2))) for n in range(6)]
    expected = sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
    seen: list[Session] = []
    cursor = None
    while True:
        page = await database.sessions.list(limit=2, cursor=cursor)
        seen += page.data
        cursor = page.next_cursor
        if cursor is None:
            break
        await database.sessions.create(session(created_at=NOON + timedelta(hours=1)))
    assert seen == expected


async def test_sessions_are_listed_by_character(database: Database) -> None:
    ada = await database.sessions.create(session(character="ada"))
    await database.sessions.create(session(character="bob"))
    assert (await database.sessions.list(character="ada")).data == (ada,)
    assert (await database.sessions.list(character="nobody")).data == ()
    assert (await database.sessions.list(character="a\0b")).data == ()


async def test_a_cursor_that_is_not_ours_is_refused(database: Database) -> None:
    owner = await database.sessions.create(session())
    of_sessions, of_messages = time_cursor("sessions", NOON, "x"), seq_cursor("messages", 5)
    far = base64.urlsafe_b64encode(b"sessions:9999999999999999999:x").decode().rstrip("=")
    for cursor in ("", "x", "c2Vzc2lvbnM", "🎨", far, "A" * 9999, of_messages):
        with pytest.raises(Refused):
            await database.sessions.list(cursor=cursor)
    for cursor in ("", "x", "🎨", of_sessions, seq_cursor("messages", -1), seq_cursor("messages", 2**63)):
        with pytest.raises(Refused):
            await database.messages.list(owner.id, cursor=cursor)
        with pytest.raises(Refused):
            await database.events.list(cursor=cursor)


async def test_deleting_a_session_takes_messages_and_character_file_with_it(database: Database) -> None:
    owner, other = await database.sessions.create(session()), await database.sessions.create(session())
    gone, stays = await database.messages.append(message(owner.id)), await database.messages.append(message(other.id))
    await database.character_files.save(owner.id, {"name": "Ada"}, file_id=new_id(), now=NOON)
    await database.sessions.delete(owner.id)
    for lost in (
        database.sessions.get(owner.id),
        database.messages.get(gone.id),
        database.messages.append(message(owner.id)),
        database.character_files.get(owner.id),
        database.sessions.delete(owner.id),
    ):
        with pytest.raises(NotFound):
            await lost
    assert await database.messages.get(stays.id) == stays


async def test_what_is_given_is_replaced_and_the_rest_is_left(database: Database) -> None:
    owner = await database.sessions.create(session(title="old", metadata={"a": 1}))
    assert await database.sessions.update(owner.id) == owner
    renamed = await database.sessions.update(owner.id, title="new")
    assert renamed == owner.model_copy(update={"title": "new"})
    changed = await database.sessions.update(owner.id, metadata={}, character="bob")
    assert changed == renamed.model_copy(update={"metadata": {}, "character": "bob"})
    assert await database.sessions.get(owner.id) == changed
    for bad in ({"title": "a\0b"}, {"metadata": {"x": float("nan")}}, {"metadata": {"x": "\ud800"}}, {"character": ""}):
        with pytest.raises(Refused):
            await database.sessions.update(owner.id, **bad)  # type: ignore[arg-type]
    for unknown in (new_id(), "a\0b"):
        with pytest.raises(NotFound):
            await database.sessions.update(unknown, title="x")
