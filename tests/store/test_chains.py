"""Messages are known by their chains; and one that names its parent is kept behind that or not at all."""

import asyncio

import pytest

from agent_runtime.core.errors import Moved, Refused
from agent_runtime.store.database import Database
from tests.store.values import NOON, claim, message, new_id, session, turn

CHAIN, BEFORE = "ab" * 32, "cd" * 32


async def test_messages_are_known_by_their_chain_newest_first(database: Database) -> None:
    one, other = await database.sessions.create(session()), await database.sessions.create(session())
    kept = [
        await database.messages.append(message(owner.id, chain=CHAIN, created_at=NOON.replace(minute=minute)))
        for minute, owner in enumerate((one, other, one))
    ]
    found = await database.messages.known(CHAIN)
    assert [each.id for each in found] == [each.id for each in kept[::-1]]
    assert [each.is_tip for each in found] == [True, True, False]
    assert [(each.session_id, each.parent_id, each.created_at) for each in found] == [
        (each.session_id, each.parent_id, each.created_at) for each in kept[::-1]
    ]
    assert [each.id for each in await database.messages.known(CHAIN, limit=1)] == [kept[2].id]


async def test_a_message_and_the_one_before_it_are_known_at_once(database: Database) -> None:
    owner = await database.sessions.create(session())
    for number in range(6):
        await database.messages.append(message(owner.id, chain=(CHAIN, BEFORE)[number % 2]))
    assert sorted(each.chain for each in await database.messages.known(CHAIN, BEFORE, limit=2)) == [
        *(CHAIN, CHAIN),
        *(BEFORE, BEFORE),
    ]


async def test_what_can_be_no_chain_is_unknown(database: Database) -> None:
    owner = await database.sessions.create(session())
    await database.messages.append(message(owner.id, chain=CHAIN))
    for unknown in ("00" * 32, "", "x" * 64, "a\0b", CHAIN.upper()):
        assert tuple(await database.messages.known(unknown)) == ()
    for bad in ("", "x" * 64, CHAIN.upper(), CHAIN + "a"):
        with pytest.raises(Refused):
            await database.messages.append(message(owner.id, chain=bad))


async def test_whether_somebody_is_being_answered_is_told(database: Database) -> None:
    owner = await database.sessions.create(session())
    given = turn(owner.id)
    await database.turns.begin(given, message(owner.id, id=given.user_message_id, chain=CHAIN))
    assert [each.is_being_answered for each in await database.messages.known(CHAIN)] == [True]
    await database.turns.finish(given.id, "failed", None, at=NOON)
    assert [each.is_being_answered for each in await database.messages.known(CHAIN)] == [False]


async def test_a_message_that_names_its_parent_follows_it_or_is_not_kept(database: Database) -> None:
    owner = await database.sessions.create(session())
    first = await database.messages.append(message(owner.id))
    second = await database.messages.append(message(owner.id, parent_id=first.id))
    assert second.parent_id == first.id
    for gone in (first.id, "nowhere"):
        with pytest.raises(Moved):
            await database.messages.append(message(owner.id, parent_id=gone))
    assert (await database.sessions.get(owner.id)).message_count == 2


async def test_of_several_at_once_behind_one_message_a_single_one_is_kept(database: Database) -> None:
    owner = await database.sessions.create(session())
    first = await database.messages.append(message(owner.id))
    news = [database.messages.append(message(owner.id, parent_id=first.id)) for _ in range(5)]
    outcomes = await asyncio.gather(*news, return_exceptions=True)
    assert sum(isinstance(each, Moved) for each in outcomes) == 4
    assert (await database.sessions.get(owner.id)).message_count == 2


async def test_a_turn_that_cannot_follow_is_not_begun_and_its_key_is_free(database: Database) -> None:
    owner = await database.sessions.create(session())
    first = await database.messages.append(message(owner.id))
    await database.messages.append(message(owner.id))
    late = turn(owner.id)
    with pytest.raises(Moved):
        said = message(owner.id, id=late.user_message_id, parent_id=first.id)
        await database.turns.begin(late, said, claim("k"))
    assert await database.turns.running(owner.id) is None
    again = turn(owner.id)
    said = message(owner.id, id=again.user_message_id, parent_id=new_id(), branches=False)
    with pytest.raises(Moved):
        await database.turns.begin(again, said, claim("k"))
    assert await database.claims.get("somebody", "k", at=NOON) is None
