"""Two processes on one store: one turn at a time in a session, whoever takes it, and a dead one frees its sessions."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from agent_runtime.chat.conversations import Already, Words
from agent_runtime.chat.talks import NOBODY
from agent_runtime.core.errors import Interrupted, TurnRunning
from agent_runtime.store.database import Database
from tests.chat.clients import LaterClock
from tests.chat.conftest import Puppet, chat_on
from tests.store.values import claim, message


async def test_turns_of_two_processes_come_one_after_the_other(database: Database, puppet: Puppet) -> None:
    one, two = chat_on(database, puppet, waiting=8), chat_on(database, puppet, waiting=8)
    session = await one.session()
    asked = [asyncio.create_task(each.answer(session, f"{number}")) for number in range(8) for each in (one, two)]
    async with asyncio.timeout(20):
        replies = await asyncio.gather(*asked)
    kept = (await database.messages.list(session)).data
    assert [each.seq for each in kept] == list(range(1, 33))
    assert [each.role for each in kept] == ["user", "assistant"] * 16
    assert {each.message.parent_id for each in replies} == {each.id for each in kept[::2]}
    assert all(reply.message.seq == reply.user_message.seq + 1 for reply in replies)


@pytest.mark.parametrize("mode", ["reject", "interrupt"])
async def test_who_does_not_wait_is_told_the_turn_of_the_other_process(database: Database, mode: str) -> None:
    slow, quick = Puppet(), Puppet()
    quick.go.set()
    one, two = chat_on(database, slow), chat_on(database, quick)
    session = await one.session()
    turn = await one.say(session, "Hello!")
    with pytest.raises(TurnRunning) as caught:
        await two.say(session, "Now?", mode="reject" if mode == "reject" else "interrupt")
    assert caught.value.turn_id == turn.id
    with pytest.raises(TurnRunning):
        await two.conversations.stop(turn.id)
    with pytest.raises(TurnRunning):
        await two.conversations.select(turn.user_message.id)
    slow.go.set()
    await turn.reply()
    assert (await two.answer(session, "Now?")).message.seq == 4
    assert (await two.conversations.stop(turn.id)).state == "done"


async def test_who_waits_too_long_for_another_process_is_told(database: Database, puppet: Puppet) -> None:
    slow = Puppet()
    one, two = chat_on(database, slow), chat_on(database, puppet)
    conversations = two.conversations
    conversations._acceptor = replace(conversations._acceptor, patience_s=0.05)
    session = await one.session()
    turn = await one.say(session, "Hello!")
    with pytest.raises(TurnRunning):
        await two.say(session, "Now?")
    await one.conversations.stop(turn.id)
    assert (await two.answer(session, "Now?")).message.seq > 1


async def test_a_process_that_goes_on_is_not_taken_for_dead_and_a_dead_one_is(database: Database) -> None:
    slow, quick = Puppet(), Puppet()
    quick.go.set()
    clock = LaterClock()
    one, two = chat_on(database, slow, clock=clock), chat_on(database, quick, clock=clock)
    session = await one.session()
    turn = await one.say(session, "Hello!")
    clock.ahead_s = 3600
    await one.conversations.renew()
    await two.conversations.sweep(1800)
    assert (await database.turns.get(turn.id)).state == "running"
    asked = asyncio.create_task(two.answer(session, "Now?"))
    clock.ahead_s = 7200
    await two.conversations.sweep(1800)  # nobody renewed it: its process hangs
    reply = await asked
    slow.go.set()
    with pytest.raises(Interrupted, match="another process"):
        await turn.reply()
    said = [each.content for each in (await database.messages.list(session)).data]
    assert said == ["Hello!", "Now?", reply.message.content]


async def test_a_reply_follows_its_question_though_somebody_went_elsewhere_meanwhile(database: Database) -> None:
    """Another process looked, found no turn in the session, and chose another path just after one had begun."""
    slow, quick = Puppet(), Puppet()
    quick.go.set()
    one, two = chat_on(database, quick), chat_on(database, slow)
    session = await one.session()
    first = await one.answer(session, "Hello!")
    await (await one.conversations.regenerate(first.message.id, NOBODY)).reply()
    turn = await two.say(session, "And you?")
    await database.messages.select(first.message.id)
    slow.go.set()
    reply = await turn.reply()
    assert reply.message.parent_id == turn.user_message.id
    shown = (await database.messages.list(session)).data
    assert [each.id for each in shown[-2:]] == [turn.user_message.id, reply.message.id]
    assert first.message.id not in {each.id for each in shown}


async def test_a_reply_follows_what_was_told_while_it_was_made(database: Database) -> None:
    slow = Puppet()
    chat = chat_on(database, slow)
    session = await chat.session()
    turn = await chat.say(session, "Hello!")
    told = await database.messages.append(message(session, "Sold!", role="assistant", kind="narration"))
    slow.go.set()
    reply = await turn.reply()
    assert reply.message.parent_id == told.id
    assert [each.seq for each in (await database.messages.list(session)).data] == [1, 2, 3]


async def test_a_key_counts_in_every_process_and_while_one_waits(database: Database) -> None:
    slow = Puppet()
    one, two = chat_on(database, slow), chat_on(database, slow)
    session = await one.session()
    words = Words("Hello!", claim=claim("k"))
    turn = await one.conversations.say(session, words)
    with pytest.raises(Already) as other:
        await two.conversations.say(session, words)
    assert other.value.claimed.id == turn.id
    waiting = asyncio.create_task(one.conversations.say(session, Words("And?", claim=claim("k2"))))
    await asyncio.sleep(0)
    with pytest.raises(TurnRunning):
        await one.conversations.say(session, Words("And?", claim=claim("k2")))
    with pytest.raises(Already) as different:
        await one.conversations.say(session, Words("Bye!", claim=claim("k2", fingerprint="g")))
    assert different.value.claimed.fingerprint == "f"
    slow.go.set()
    await turn.reply()
    for each in (one, two, chat_on(database, slow)):
        with pytest.raises(Already) as again:
            await each.conversations.say(session, words)
        assert again.value.claimed.id == turn.id
    await (await waiting).reply()
    assert (await database.sessions.get(session)).message_count == 4


async def test_who_interrupts_under_a_key_twice_does_not_stop_himself(database: Database) -> None:
    slow = Puppet()
    chat = chat_on(database, slow)
    session = await chat.session()
    words = Words("Hello!", mode="interrupt", claim=claim("k"))
    turn = await chat.conversations.say(session, words)
    with pytest.raises(TurnRunning):
        await chat.conversations.say(session, words)
    slow.go.set()
    assert (await turn.reply()).message.seq == 2


async def test_four_hundred_at_once_under_ten_keys_are_ten_turns(database: Database, puppet: Puppet) -> None:
    chats = [chat_on(database, puppet, waiting=400) for _ in range(2)]
    session = await chats[0].session()

    async def ask(number: int) -> str:
        words = Words(f"{number % 10}", claim=claim(f"k{number % 10}"))
        while True:
            try:
                return (await (await chats[number // 10 % 2].conversations.say(session, words)).reply()).turn_id
            except TurnRunning:
                await asyncio.sleep(0.01)
            except Already as already:
                return already.claimed.id

    async with asyncio.timeout(30):
        told = await asyncio.gather(*(ask(number) for number in range(400)))
    assert (await database.sessions.get(session)).message_count == 20
    assert sorted(Counter(told).values()) == [40] * 10
    assert {(await database.turns.get(each)).state for each in told} == {"done"}
