"""A history that is sent again is known for what it is: nothing is kept twice, and what differs becomes a branch."""

import asyncio

from agent_runtime.chat.chain import Said
from agent_runtime.chat.continuing import Continuing
from agent_runtime.chat.placing import ClientTurn
from agent_runtime.store.database import Database
from tests.chat.clients import Counting, FrontEnd, LaterClock, path, sessions, tree
from tests.chat.conftest import Chatting
from tests.chat.continuing.conftest import ELEVEN_MINUTES
from tests.waiting import until


async def test_a_conversation_stays_in_its_session(client: FrontEnd, database: Database) -> None:
    for words in ("Hello", "How are you?", "Goodbye"):
        await client.say(words)
    assert len(set(client.begun)) == 1
    assert await path(database, client.begun[0]) == [said.text for said in client.history]


async def test_white_space_that_a_client_trims_or_adds_does_not_count(client: FrontEnd, database: Database) -> None:
    await client.say("Hello ")
    client.history = [Said(role, f"\n{text} \n") for role, text in client.history]
    await client.say("And you?")
    assert len(set(client.begun)) == 1
    assert len(await path(database, client.begun[0])) == 4


async def test_a_reply_asked_for_again_is_a_sibling(client: FrontEnd, database: Database) -> None:
    await client.say("Hello")
    first = await client.say("And you?")
    second = await client.regenerate()
    await client.say("Fine")
    (session,) = set(client.begun)
    kept = await tree(database, session)
    assert len(kept) == 7
    assert {f"{first} < And you?", f"{second} < And you?", f"Fine < {second}"} <= set(kept)


async def test_going_back_to_the_first_of_two_replies_goes_on_from_there(client: FrontEnd, database: Database) -> None:
    await client.say("Hello")
    await client.say("And you?")
    swiped = client.copy()
    await client.regenerate()
    await swiped.say("Fine")
    assert await path(database, client.begun[0]) == [said.text for said in swiped.history]
    assert await sessions(database) == 1


async def test_an_edited_message_is_a_branch(client: FrontEnd, database: Database) -> None:
    await client.say("Hello")
    await client.say("And you?")
    await client.say("Fine")
    await client.edit(2, "And them?")
    (session,) = set(client.begun)
    kept = await tree(database, session)
    assert len(kept) == 8
    assert f"And them? < {client.history[1].text}" in kept
    assert await path(database, session) == [said.text for said in client.history]


async def test_an_edited_reply_is_kept_beside_the_one_that_was_given(client: FrontEnd, database: Database) -> None:
    await client.say("Hello")
    await client.say("And you?")
    client.history[1] = Said("assistant", "Go away.")
    await client.say("Fine")
    (session,) = set(client.begun)
    assert await path(database, session) == [said.text for said in client.history]
    assert "Go away. < Hello" in await tree(database, session)


async def test_a_history_cut_off_at_its_beginning_goes_on(client: FrontEnd, database: Database) -> None:
    for number in range(4):
        await client.say(f"Question {number}")
    for words in ("Question 4", "Question 5"):
        client.history.append(Said("user", words))
        await client.send(last=3)
    await client.regenerate()
    client.history = client.history[-4:]
    await client.regenerate()
    (session,) = set(client.begun)
    assert await sessions(database) == 1
    kept = await tree(database, session)
    assert len(kept) == 14
    assert len([each for each in kept if each.startswith("Question 5 ")]) == 1


async def test_a_history_from_elsewhere_is_taken_over(client: FrontEnd, database: Database, model: Counting) -> None:
    client.history = [
        Said("assistant", "Welcome."),
        Said("user", "Hello"),
        Said("assistant", "Hello yourself."),
        Said("assistant", "Well?"),
    ]
    await client.say("What did you say first?")
    await client.say("And then?")
    (session,) = set(client.begun)
    assert await path(database, session) == [said.text for said in client.history]
    assert [each.content for each in model.prompts[0].history] == ["Welcome.", "Hello", "Hello yourself.", "Well?"]


async def test_a_long_history_is_taken_over_whole_and_in_order(client: FrontEnd, database: Database) -> None:
    for number in range(90):
        client.history += [Said("user", f"Question {number}"), Said("assistant", f"Answer {number}")]
    await client.say("Last")
    assert await path(database, client.begun[0]) == [said.text for said in client.history]


async def test_the_first_message_sent_again_is_another_reply(client: FrontEnd, database: Database) -> None:
    await client.say("Hello")
    await client.regenerate()
    await client.regenerate()
    await client.say("Fine")
    (session,) = set(client.begun)
    assert len(await tree(database, session)) == 6


async def test_the_same_first_message_later_is_another_conversation(
    client: FrontEnd, continuing: Continuing, clock: LaterClock
) -> None:
    await client.say("Hello")
    other = FrontEnd(continuing)
    clock.ahead_s = ELEVEN_MINUTES
    await other.say("Hello")
    assert client.begun != other.begun


async def test_a_conversation_that_went_on_is_not_begun_again(client: FrontEnd, continuing: Continuing) -> None:
    await client.say("Hello")
    await client.say("Fine")
    other = FrontEnd(continuing)
    await other.say("Hello")
    assert client.begun[0] != other.begun[0]


async def test_the_same_words_at_once_are_as_many_conversations(
    continuing: Continuing, database: Database, model: Counting
) -> None:
    clients = [FrontEnd(continuing) for _ in range(10)]
    await asyncio.gather(*(each.say("Hello") for each in clients))
    assert len({each.begun[0] for each in clients}) == await sessions(database) == 10
    await asyncio.gather(*(each.say("And you?") for each in clients))
    assert all(each.begun[0] == each.begun[1] for each in clients)
    await FrontEnd(continuing).say("Hello")
    assert await sessions(database) == 11


async def test_while_the_first_reply_is_being_made_the_same_words_begin_another_conversation(
    continuing: Continuing, database: Database, model: Counting
) -> None:
    model.go.clear()
    first = asyncio.create_task(FrontEnd(continuing).say("Hello"))
    await until(lambda: len(model.prompts) == 1)
    second = asyncio.create_task(FrontEnd(continuing).say("Hello"))
    await until(lambda: len(model.prompts) == 2)
    model.go.set()
    await asyncio.gather(first, second)
    assert await sessions(database) == 2


async def test_two_next_messages_at_once_are_branches(client: FrontEnd, database: Database, model: Counting) -> None:
    await client.say("Hello")
    other = client.copy()
    await asyncio.gather(client.say("Left?"), other.say("Right?"))
    kept = await tree(database, client.begun[0])
    reply = client.history[1].text
    assert {f"Left? < {reply}", f"Right? < {reply}"} <= set(kept)


async def test_who_was_cut_off_and_asks_again_is_answered_in_the_same_place(
    client: FrontEnd, chat: Chatting, database: Database, model: Counting
) -> None:
    await client.say("Hello")
    client.history.append(Said("user", "And you?"))
    model.go.clear()
    async with client.continuing.begun(ClientTurn("ada", tuple(client.history))) as turn:
        await chat.conversations.stop(turn.id)
    model.go.set()
    await client.send()
    kept = await tree(database, client.begun[0])
    assert len([each for each in kept if each.startswith("And you?")]) == 1
