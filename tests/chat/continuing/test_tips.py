"""Ends of conversations are remembered for the next turn, never trusted: what has moved on meanwhile is looked up."""

from agent_runtime.chat.tips import Tips
from agent_runtime.core.conversation import Message
from agent_runtime.store.database import Database
from tests.chat.clients import Counting, FrontEnd, continuing_on, path, sessions, tree
from tests.chat.conftest import Chatting, Puppet, chat_on
from tests.store.values import NOON, new_id


def ending(chain: str | None, session_id: str = "s") -> Message:
    return Message(
        id=new_id(), session_id=session_id, role="assistant", content="x", created_at=NOON, chain=chain, seq=2
    )


def test_an_end_is_taken_once() -> None:
    tips, last = Tips(), ending("a")
    tips.add(last)
    tips.add(ending(None))
    assert tips.take("a", {"another"}) is None
    assert tips.take("a", {"s"}) == ("s", last.id)
    assert tips.take("a") is None


def test_where_several_conversations_came_to_none_is_remembered() -> None:
    tips = Tips()
    for session in ("one", "other"):
        tips.add(ending("a", session))
    assert tips.take("a") is None
    tips.add(ending("b", "one"))
    assert tips.take("b") is not None
    tips.add(ending("b", "other"))
    assert tips.take("b") is None


def test_no_more_than_so_many_are_remembered() -> None:
    tips = Tips()
    for number in range(5000):
        tips.add(ending(str(number)))
    assert sum(tips.take(str(number)) is not None for number in range(5000)) == 4096
    tips.add(ending("0"))
    assert tips.take("0") is not None


async def test_another_reply_stands_where_it_was_asked_for_though_a_second_conversation_came_as_far(
    database: Database, puppet: Puppet
) -> None:
    """The model says the same to both."""
    chat = chat_on(database, puppet)
    client = FrontEnd(continuing_on(database, chat))
    await client.say("Hello")
    await client.say("And you?")
    other = FrontEnd(client.continuing)
    await other.say("Hello")
    assert other.history == client.history[:2]
    assert other.begun != client.begun[:1]
    await client.regenerate()
    assert len(set(client.begun)) == 1
    await chat.conversations.close(0)


async def test_a_reply_asked_for_again_in_another_process_is_a_sibling(
    client: FrontEnd, chat: Chatting, database: Database
) -> None:
    """This one answered last, the other took the next turn, and this one is asked for another reply to that."""
    await client.say("Hello")
    there = client.copy()
    there.continuing = continuing_on(database, chat_on(database, Counting()))
    first = await there.say("And you?")
    client.history = there.history
    second = await client.regenerate()
    kept = await tree(database, client.begun[0])
    assert len([each for each in kept if each.startswith("And you?")]) == 1
    assert {f"{first} < And you?", f"{second} < And you?"} <= set(kept)


async def test_what_follows_a_message_that_another_process_went_on_from_is_a_branch(
    client: FrontEnd, database: Database
) -> None:
    await client.say("Hello")
    there = client.copy()
    there.continuing = continuing_on(database, chat_on(database, Counting()))
    await there.say("And you?")
    await client.say("And them?")
    assert await sessions(database) == 1
    assert await path(database, client.begun[0]) == [said.text for said in client.history]
    assert f"And you? < {client.history[1].text}" in await tree(database, client.begun[0])


async def test_a_session_that_went_on_over_the_api_is_branched_behind_what_the_client_knows(
    client: FrontEnd, chat: Chatting, database: Database
) -> None:
    await client.say("Hello")
    await chat.answer(client.begun[0], "From elsewhere")
    await client.say("And you?")
    assert set(client.begun) == {client.begun[0]}
    assert await path(database, client.begun[0]) == [said.text for said in client.history]


async def test_a_conversation_whose_session_was_deleted_is_begun_anew_with_all_of_it(
    client: FrontEnd, database: Database
) -> None:
    await client.say("Hello")
    await database.sessions.delete(client.begun[0])
    await client.say("And you?")
    assert client.begun[0] != client.begun[1]
    assert await path(database, client.begun[1]) == [said.text for said in client.history]


async def test_a_conversation_whose_messages_were_deleted_is_begun_anew(client: FrontEnd, database: Database) -> None:
    await client.say("Hello")
    await database.messages.delete_all(client.begun[0])
    await client.say("And you?")
    assert await path(database, client.begun[1]) == [said.text for said in client.history]


async def test_another_name_is_another_session_whatever_is_remembered(client: FrontEnd) -> None:
    client.named["thread"] = "chat-1"
    await client.say("Hello")
    client.named["thread"] = "chat-2"
    await client.say("And you?")
    assert client.begun[0] != client.begun[1]
