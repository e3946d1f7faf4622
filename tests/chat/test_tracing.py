"""What is shown of a prompt before a turn is what the turn was asked with."""

from agent_runtime.chat.tracing import shown
from agent_runtime.core.ports import Sent
from agent_runtime.store.database import Database
from tests.chat.conftest import NOBODY, Chatting, Puppet, chat_on


async def test_a_preview_is_what_the_turn_that_follows_is_asked_with(
    chat: Chatting, puppet: Puppet, database: Database
) -> None:
    session = await chat.session()
    await chat.answer(session, "I like boats.")
    preview = shown((await chat.conversations.preview(session, "What do I like?", NOBODY)).sections())
    assert len((await database.messages.list(session)).data) == 2
    turn = await chat.say(session, "What do I like?")
    await turn.reply()
    trace = await chat.tracing.of(turn, turn.id)
    assert trace["sections"] == preview["sections"]
    assert trace["messages"] == preview["messages"]
    assert (trace["reply"], trace["state"], trace["cause"]) == ("Good evening.", "done", turn.user_message.id)
    assert trace["timings_ms"].keys() == {"prompt", "first_token", "total"}


async def test_a_preview_of_the_first_words_needs_nothing_said(chat: Chatting) -> None:
    prompt = await chat.conversations.preview(await chat.session(), "Hello!", NOBODY)
    assert prompt.messages()[-1].content == "Hello!"


async def test_what_a_model_was_sent_is_there_after_a_restart(database: Database, puppet: Puppet) -> None:
    chat = chat_on(database, puppet)
    puppet.tells = True
    turn = await chat.say(await chat.session(), "Hello!")
    await turn.reply()
    live = await chat.tracing.of(turn, turn.id)
    await chat.conversations.close(20)
    later = await chat_on(database, puppet).tracing.of(None, turn.id)
    assert later["messages"] == live["messages"]
    assert (later["model"], later["is_sent"]) == ("puppet", True)
    assert isinstance(turn.sent, Sent)
