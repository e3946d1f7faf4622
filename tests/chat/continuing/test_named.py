"""A session that a client names, or a place in one: only what is new is taken, and other callers have others."""

import pytest

from agent_runtime.chat.chain import Said
from agent_runtime.chat.continuing import Continuing
from agent_runtime.chat.placing import ClientTurn
from agent_runtime.chat.talks import Guest
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.database import Database
from tests.chat.clients import FrontEnd, path, sessions, tree
from tests.chat.conftest import Chatting


async def test_conversations_of_different_users_never_meet(continuing: Continuing, database: Database) -> None:
    ada, bob = (FrontEnd(continuing, {"guest": Guest(id=name)}) for name in ("ada", "bob"))
    await ada.say("Hello")
    bob.history = list(ada.history)
    await bob.say("And you?")
    assert ada.begun != bob.begun
    assert await sessions(database) == 2


async def test_a_named_session_takes_only_the_last_message(
    chat: Chatting, continuing: Continuing, database: Database
) -> None:
    session = await chat.session()
    await chat.answer(session, "Hello")
    client = FrontEnd(continuing, {"session_id": session})
    client.history = [Said("user", "Something else"), Said("assistant", "entirely")]
    await client.say("Fine")
    client.history.pop()
    await client.send(last=1)
    assert set(client.begun) == {session}
    assert [text for text in await path(database, session) if "Reply" not in text] == ["Hello", "Fine", "Fine"]


async def test_in_a_named_session_regenerate_and_edit_are_branches_too(
    chat: Chatting, continuing: Continuing, database: Database
) -> None:
    session = await chat.session()
    client = FrontEnd(continuing, {"session_id": session})
    await client.say("Hello")
    await client.say("And you?")
    await client.regenerate()
    await client.edit(2, "And them?")
    assert set(client.begun) == {session}
    kept = await tree(database, session)
    assert len(kept) == 7
    assert await path(database, session) == [said.text for said in client.history]


async def test_what_was_said_over_the_api_is_known_by_its_words(
    chat: Chatting, continuing: Continuing, database: Database
) -> None:
    session = await chat.session()
    first, second = [await chat.answer(session, words) for words in ("Hello", "And you?")]
    client = FrontEnd(continuing, {"session_id": session})
    client.history = [Said("user", "Hello"), Said("assistant", first.message.content), Said("user", "And you?")]
    again = await client.send()
    kept = await tree(database, session)
    assert {f"{again} < And you?", f"{second.message.content} < And you?"} <= set(kept)
    assert len(kept) == 5


async def test_a_front_ends_own_name_stands_for_a_session(continuing: Continuing, database: Database) -> None:
    one, other = (FrontEnd(continuing, {"thread": name}) for name in ("chat-1", "chat-2"))
    for client in (one, other):
        await client.say("Hello")
        await client.say("And you?")
        await client.regenerate()
        await client.edit(0, "Good day")
        assert len(set(client.begun)) == 1
        assert len(await tree(database, client.begun[0])) == 7
        assert await path(database, client.begun[0]) == [said.text for said in client.history]
    assert await sessions(database) == 2
    session = await database.sessions.get(one.begun[0])
    assert session.metadata["thread"] == "chat-1"


async def test_a_name_is_another_session_for_another_caller(continuing: Continuing) -> None:
    clients = [FrontEnd(continuing, {"thread": "1", "caller": caller}) for caller in ("a", "b")]
    for client in clients:
        await client.say("Hello")
    assert clients[0].begun != clients[1].begun


async def test_a_session_of_another_character_is_refused(continuing: Continuing, database: Database) -> None:
    client = FrontEnd(continuing)
    await client.say("Hello")
    session = client.begun[0]
    await database.sessions.update(session, character="vesper")
    with pytest.raises(Refused, match="is with vesper, not with ada"):
        await FrontEnd(continuing, {"session_id": session}).say("Hello")


async def test_words_behind_a_message_are_a_branch_there(client: FrontEnd, database: Database) -> None:
    await client.say("Hello")
    first = (await database.messages.list(client.begun[0])).data[-1]
    await client.say("And you?")
    other = FrontEnd(client.continuing, {"after": first.id})
    await other.say("And them?")
    other.history.clear()
    await other.say("And them?")
    kept = await tree(database, client.begun[0])
    assert len([each for each in kept if each.startswith("And them?")]) == 1
    assert len(kept) == 7


async def test_behind_nothing_there_is_nothing(continuing: Continuing) -> None:
    with pytest.raises(NotFound):
        await FrontEnd(continuing, {"after": "nowhere"}).say("Hello")
    with pytest.raises(NotFound, match="no character 'bob'"):
        async with continuing.begun(ClientTurn("bob", (Said("user", "Hello"),))):
            pass
