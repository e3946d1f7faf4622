"""The states of a turn: accepted, running, then done, failed, interrupted or truncated; and stopping it."""

import asyncio

import pytest

from agent_runtime.chat.turn import Turn
from agent_runtime.core.errors import Interrupted, ModelFailed, NotFound, TurnRunning
from agent_runtime.core.turns import TurnState
from agent_runtime.store.database import Database
from tests.chat.conftest import Chatting, Puppet, chat_on
from tests.store.values import message, new_id
from tests.store.values import turn as other_turn
from tests.waiting import until


async def running(chat: Chatting, session: str, puppet: Puppet) -> Turn:
    """A turn in the middle of its reply."""
    turn = await chat.say(session, "Hello!")
    await puppet.is_waiting.wait()
    await until(lambda: turn.text == "Good ")
    return turn


async def state_of(database: Database, turn: Turn) -> TurnState:
    return (await database.turns.get(turn.id)).state


async def test_a_turn_is_accepted_runs_and_is_done(database: Database) -> None:
    puppet = Puppet()
    chat = chat_on(database, puppet)
    turn = await running(chat, await chat.session(), puppet)
    assert (turn.state, await state_of(database, turn)) == ("running", "running")
    puppet.go.set()
    reply = await turn.reply()
    kept = await database.turns.get(turn.id)
    assert (turn.state, kept.state, kept.message_id) == ("done", "done", reply.message.id)
    assert (kept.model, kept.mood, kept.prompt_tokens, kept.completion_tokens) == ("puppet", "NEUTRAL", 3, 2)
    assert (kept.error_code, kept.error) == (None, None)


@pytest.mark.parametrize(
    ("pieces", "state"), [(("Good ", "evening."), "truncated"), ((), "failed"), (("...",), "failed")]
)
async def test_a_reply_that_broke_off_is_truncated_and_none_at_all_failed(
    database: Database, puppet: Puppet, pieces: tuple[str, ...], state: TurnState
) -> None:
    puppet.pieces, puppet.failure = pieces, ModelFailed("timeout", "too slow")
    chat = chat_on(database, puppet)
    turn = await chat.say(await chat.session(), "Hello!")
    with pytest.raises(ModelFailed):
        await turn.reply()
    kept = await database.turns.get(turn.id)
    assert (turn.state, kept.state, kept.error_code, kept.error) == (state, state, "model_failed", "too slow")
    assert (kept.message_id is not None) == (state == "truncated")


async def test_a_turn_that_is_stopped_keeps_what_was_said_and_the_next_one_does_not_hear_of_it(
    database: Database,
) -> None:
    puppet = Puppet()
    chat = chat_on(database, puppet)
    session = await chat.session()
    turn = await running(chat, session, puppet)
    stopped = await chat.conversations.stop(turn.id)
    assert (turn.state, stopped.state, stopped.error_code) == ("interrupted", "interrupted", "interrupted")
    with pytest.raises(Interrupted):
        await turn.reply()
    partial = await database.messages.get(stopped.message_id or "")
    assert (partial.content, partial.interrupted, partial.turn_id) == ("Good", True, turn.id)
    puppet.go.set()
    assert (await chat.answer(session, "Again?")).message.seq == 4
    assert puppet.prompts[-1].history == ()


async def test_stopping_twice_or_after_the_end_changes_nothing(database: Database, chat: Chatting) -> None:
    puppet = Puppet()
    slow = chat_on(database, puppet)
    turn = await running(slow, await slow.session(), puppet)
    first, second = await asyncio.gather(*(slow.conversations.stop(turn.id) for _ in range(2)))
    assert first == second == await slow.conversations.stop(turn.id)
    done = await chat.answer(await chat.session(), "Hello!")
    before = await database.turns.get(done.turn_id)
    assert await chat.conversations.stop(done.turn_id) == before
    assert (before.state, before.message_id) == ("done", done.message.id)
    with pytest.raises(NotFound):
        await chat.conversations.stop(new_id())


async def test_who_interrupts_is_answered_at_once_and_what_was_said_is_kept(database: Database) -> None:
    puppet = Puppet()
    chat = chat_on(database, puppet)
    session = await chat.session()
    first = await running(chat, session, puppet)
    asking = asyncio.create_task(chat.say(session, "Stop, listen!", mode="interrupt"))
    with pytest.raises(Interrupted):
        await first.reply()
    puppet.go.set()
    assert (await (await asking).reply()).message.content == "Good evening."
    said = [(each.role, each.content, each.interrupted) for each in (await database.messages.list(session)).data]
    assert said == [
        ("user", "Hello!", False),
        ("assistant", "Good", True),
        ("user", "Stop, listen!", False),
        ("assistant", "Good evening.", False),
    ]
    nothing_to_stop = await chat.say(session, "And?", mode="interrupt")
    assert (await nothing_to_stop.reply()).message.seq == 6


async def test_a_session_that_is_deleted_meanwhile_ends_its_turn_and_disturbs_nobody(database: Database) -> None:
    puppet = Puppet()
    chat = chat_on(database, puppet)
    session, other = await chat.session(), await chat.session()
    turn = await running(chat, session, puppet)
    await database.sessions.delete(session)
    puppet.go.set()
    with pytest.raises(Interrupted, match="deleted"):
        await turn.reply()
    with pytest.raises(NotFound):
        await database.turns.get(turn.id)
    assert (await chat.answer(other, "Hello!")).message.seq == 2


async def test_a_crash_leaves_no_turn_running_and_no_half_turn_in_a_prompt(database: Database, puppet: Puppet) -> None:
    chat = chat_on(database, puppet)
    session = await chat.session()
    await chat.answer(session, "One")
    left = other_turn(session, owner="a process that is gone")
    await database.turns.begin(left, message(session, "Two", id=left.user_message_id))
    with pytest.raises(TurnRunning):
        await chat.say(session, "Three", mode="reject")
    await chat.conversations.sweep(0)
    assert (await database.turns.get(left.id)).state == "interrupted"
    await chat.answer(session, "Three")
    assert [each.content for each in puppet.prompts[-1].history] == ["One", "Good evening."]


async def test_a_turn_whose_end_could_not_be_kept_frees_its_session(database: Database) -> None:
    puppet = Puppet()
    chat = chat_on(database, puppet)
    session = await chat.session()
    turn = await running(chat, session, puppet)
    await database.disconnect()
    puppet.go.set()
    with pytest.raises(Exception, match="closed"):
        await turn.reply()
    await database.connect()
    assert await state_of(database, turn) == "running"
    assert (await chat.answer(session, "Again?")).message.content == "Good evening."
    assert await state_of(database, turn) == "interrupted"
