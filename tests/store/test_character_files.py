"""Character files: one a session, replaced in one step."""

import asyncio
from datetime import timedelta

import pytest

from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.database import Database
from tests.store.values import NOON, new_id, session


async def test_saving_again_keeps_the_first_id_and_birthday(database: Database) -> None:
    owner = await database.sessions.create(session())
    first = await database.character_files.save(owner.id, {"name": "Ada"}, file_id=new_id(), now=NOON)
    later = NOON + timedelta(hours=1)
    second = await database.character_files.save(
        owner.id, {"name": "Zoë", "n": [1, {"x": None}]}, file_id=new_id(), now=later
    )
    assert second == first.model_copy(update={"content": {"name": "Zoë", "n": [1, {"x": None}]}, "updated_at": later})
    assert await database.character_files.get(owner.id) == second


async def test_concurrent_saves_leave_one_file(database: Database) -> None:
    owner = await database.sessions.create(session())
    saves = (database.character_files.save(owner.id, {"n": n}, file_id=new_id(), now=NOON) for n in range(20))
    saved = await asyncio.gather(*saves)
    assert len({each.id for each in saved}) == 1
    assert (await database.character_files.get(owner.id)) in saved


async def test_a_session_without_a_file_and_a_file_without_a_session_are_not_found(database: Database) -> None:
    owner = await database.sessions.create(session())
    with pytest.raises(NotFound, match="character file"):
        await database.character_files.get(owner.id)
    with pytest.raises(NotFound, match="session"):
        await database.character_files.save(new_id(), {}, file_id=new_id(), now=NOON)


async def test_an_id_of_another_sessions_file_is_refused(database: Database) -> None:
    one, other = await database.sessions.create(session()), await database.sessions.create(session())
    taken = await database.character_files.save(one.id, {}, file_id=new_id(), now=NOON)
    with pytest.raises(Refused):
        await database.character_files.save(other.id, {}, file_id=taken.id, now=NOON)


async def test_json_that_one_database_would_refuse_is_refused_by_both(database: Database) -> None:
    owner = await database.sessions.create(session())
    for value in ("a\0b", "\udfff", float("nan"), float("-inf"), {"a\0b": 1}, [object()]):
        with pytest.raises(Refused):
            await database.character_files.save(owner.id, {"value": value}, file_id=new_id(), now=NOON)


async def test_a_file_can_be_deleted_once(database: Database) -> None:
    owner = await database.sessions.create(session())
    await database.character_files.save(owner.id, {"name": "Ada"}, file_id=new_id(), now=NOON)
    await database.character_files.delete(owner.id)
    for ask in (database.character_files.get, database.character_files.delete):
        for unknown in (owner.id, "a\0b"):
            with pytest.raises(NotFound, match="character file"):
                await ask(unknown)
    assert await database.sessions.get(owner.id) == owner
