"""A conversation as a tree: other replies, other words, going on from elsewhere, and what the model hears of it."""

import pytest

from agent_runtime.chat.conversations import Already
from agent_runtime.chat.summarising import Summariser
from agent_runtime.chat.turn import Turn
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.database import Database
from tests.chat.conftest import ADA, NOBODY, Chatting, Puppet, chat_on
from tests.chat.memories import MemorySummaries
from tests.store.values import claim, message, new_id
from tests.waiting import until


async def path(database: Database, session: str) -> list[str]:
    """The texts on the active path."""
    return [each.content for each in (await database.messages.list(session, limit=200)).data]


async def again(chat: Chatting, message_id: str) -> Message:
    turn = await chat.conversations.regenerate(message_id, NOBODY)
    return (await turn.reply()).message


async def edited(chat: Chatting, message_id: str, content: str) -> Message:
    """The reply to other words, or the reply in other words."""
    made = await chat.conversations.edit(message_id, content, NOBODY)
    return (await made.reply()).message if isinstance(made, Turn) else made


def heard(puppet: Puppet) -> list[str]:
    """What the model was told of the conversation."""
    return [each.content for each in puppet.prompts[-1].history] + [puppet.prompts[-1].question]


async def test_another_reply_stands_beside_the_first_and_the_talk_goes_on_from_it(
    chat: Chatting, puppet: Puppet, database: Database
) -> None:
    session = await chat.session()
    await chat.answer(session, "One")
    first = await chat.answer(session, "Two")
    puppet.pieces = ("Another.",)
    second = await again(chat, first.message.id)
    third = await again(chat, first.user_message.id)
    assert heard(puppet) == ["One", "Good evening.", "Two"]
    siblings = await database.messages.siblings(first.message.id)
    assert [each.id for each in siblings] == [first.message.id, second.id, third.id]
    assert [each.active for each in siblings] == [False, False, True]
    assert await path(database, session) == ["One", "Good evening.", "Two", "Another."]
    assert (await database.turns.get(second.turn_id or "")).kind == "regenerate"
    await chat.answer(session, "Three")
    assert heard(puppet) == ["One", "Good evening.", "Two", "Another.", "Three"]


async def test_other_words_of_a_guest_are_answered_where_the_old_ones_were(
    chat: Chatting, puppet: Puppet, database: Database
) -> None:
    session = await chat.session()
    first = await chat.answer(session, "One")
    await chat.answer(session, "Two")
    reply = await edited(chat, first.user_message.id, "Uno")
    assert heard(puppet) == ["Uno"]
    assert await path(database, session) == ["Uno", "Good evening."]
    second = await chat.answer(session, "Due")
    assert heard(puppet) == ["Uno", "Good evening.", "Due"]
    assert second.user_message.parent_id == reply.id


async def test_a_reply_in_other_words_is_what_the_character_said(
    chat: Chatting, puppet: Puppet, database: Database
) -> None:
    session = await chat.session()
    first = await chat.answer(session, "One")
    made = await edited(chat, first.message.id, "I never said that.")
    assert (made.parent_id, made.turn_id, made.role) == (first.user_message.id, None, "assistant")
    await chat.answer(session, "Two")
    assert heard(puppet) == ["One", "I never said that.", "Two"]


async def test_a_branch_is_left_and_taken_up_again(chat: Chatting, puppet: Puppet, database: Database) -> None:
    session = await chat.session()
    first = await chat.answer(session, "One")
    await chat.answer(session, "Two")
    await edited(chat, first.user_message.id, "Uno")
    await chat.answer(session, "Due")
    tip = await chat.conversations.select(first.user_message.id)
    assert await path(database, session) == ["One", "Good evening.", "Two", "Good evening."]
    reply = await chat.answer(session, "Three")
    assert reply.user_message.parent_id == tip.id
    assert heard(puppet) == ["One", "Good evening.", "Two", "Good evening.", "Three"]
    everything = (await database.messages.list(session, every=True)).data
    assert [each.seq for each in everything] == list(range(1, 11))


async def test_branches_of_branches_are_each_heard_alone(chat: Chatting, puppet: Puppet, database: Database) -> None:
    session = await chat.session()
    reply = (await chat.answer(session, "0")).message
    for number in range(1, 30):
        puppet.pieces = (f"{number}!",)
        reply = await again(chat, reply.id) if number % 3 else (await chat.answer(session, f"{number}")).message
    said = await path(database, session)
    assert said[-6:] == ["21", "23!", "24", "26!", "27", "29!"]
    assert heard(puppet) == [*said[-8:-2][-6:], "27"]


async def test_what_answers_nothing_has_no_other_reply(chat: Chatting, database: Database) -> None:
    session = await chat.session()
    greeting = await database.messages.append(message(session, "Welcome!", role="assistant"))
    told = await database.messages.append(message(session, "Sold!", role="assistant", kind="narration"))
    for each in (greeting, told):
        with pytest.raises(Refused):
            await chat.conversations.regenerate(each.id, NOBODY)
    with pytest.raises(Refused):
        await chat.conversations.edit(told.id, "Not sold!", NOBODY)
    for call in (
        chat.conversations.regenerate(new_id(), NOBODY),
        chat.conversations.edit(new_id(), "x", NOBODY),
        chat.conversations.select(new_id()),
    ):
        with pytest.raises(NotFound):
            await call
    assert (await chat.answer(session, "Hello!")).message.seq == 4


async def test_a_reply_is_edited_once_under_a_key(chat: Chatting, database: Database) -> None:
    first = await chat.answer(await chat.session(), "One")
    made = await chat.conversations.edit(first.message.id, "Other", NOBODY, claim=claim("k"))
    assert isinstance(made, Message)
    with pytest.raises(Already) as already:
        await chat.conversations.edit(first.message.id, "Other", NOBODY, claim=claim("k"))
    assert (already.value.claimed.kind, already.value.claimed.id) == ("message", made.id)
    assert len(await database.messages.siblings(first.message.id)) == 2


async def test_a_summary_of_a_path_that_was_left_is_not_told(database: Database, puppet: Puppet) -> None:
    summaries = MemorySummaries()
    puppet.name = "scripted"
    chat = chat_on(database, puppet, window=4)
    session = await chat.session()
    summariser = Summariser(summaries, database.messages, puppet, SystemClock(), 4, reading_s=20)
    for number in range(12):
        reply = await chat.answer(session, f"I collect {number} clocks.")
    window = await database.messages.path(reply.message.id, 4)
    summariser.consider(reply.message, window[0].parent_id, ADA)
    await until(lambda: session in summaries.kept)
    assert "I collect 0 clocks" in await summariser.before((await chat.answer(session, "And?")).user_message)
    root = (await database.messages.list(session, limit=1)).data[0]
    del summaries.kept[session]  # as the store does when the path is cut before what is summed up
    turn = await chat.conversations.edit(root.id, "I collect stamps.", NOBODY)
    assert isinstance(turn, Turn)
    await turn.reply()
    assert await summariser.before(turn.user_message) == ""
    await summariser.close()
