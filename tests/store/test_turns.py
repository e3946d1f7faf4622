"""Turns: begun with the user's message, finished with the reply, each in one commit."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import NotFound, Refused, TurnRunning
from agent_runtime.core.turns import KeptTurn
from agent_runtime.store.database import Database
from tests.store.values import NOON, claim, message, new_id, session, turn

LATER = NOON + timedelta(seconds=5)


async def begun(database: Database, session_id: str, **values: Any) -> tuple[KeptTurn, Message]:
    given = turn(session_id, **values)
    said = message(session_id, id=given.user_message_id, turn_id=given.id)
    kept = await database.turns.begin(given, said)
    assert isinstance(kept, Message)
    return given, kept


async def test_a_turn_is_begun_with_its_message_and_finished_with_its_reply(database: Database) -> None:
    owner = await database.sessions.create(session())
    given, question = await begun(database, owner.id)
    assert await database.turns.get(given.id) == given
    assert (question.seq, question.turn_id) == (1, given.id)
    answer = message(owner.id, "well", role="assistant", turn_id=given.id)
    reply = await database.turns.finish(
        given.id, "done", answer, at=LATER, model="m", mood="HAPPY", prompt_tokens=12, completion_tokens=3
    )
    assert reply is not None
    assert (reply.seq, reply.parent_id) == (2, question.id)
    ended = {"state": "done", "message_id": reply.id, "updated_at": LATER, "model": "m", "mood": "HAPPY"}
    tokens = {"prompt_tokens": 12, "completion_tokens": 3}
    assert await database.turns.get(given.id) == given.model_copy(update=ended | tokens)
    assert list(await database.messages.recent(owner.id, 5)) == [question, reply]
    assert (await database.sessions.get(owner.id)).message_count == 2


async def test_a_turn_may_fail_without_a_reply_and_says_why(database: Database) -> None:
    owner = await database.sessions.create(session())
    given, _ = await begun(database, owner.id)
    why = "said \0 half \ud800 " + "x" * 5000
    assert await database.turns.finish(given.id, "failed", None, at=LATER, error_code="model_failed", error=why) is None
    kept = await database.turns.get(given.id)
    assert (kept.state, kept.message_id, kept.error_code) == ("failed", None, "model_failed")
    assert kept.error is not None
    assert kept.error.startswith("said \ufffd half \ufffd x")
    assert len(kept.error) == 2000


async def test_what_a_model_counts_wrongly_costs_no_reply(database: Database) -> None:
    owner = await database.sessions.create(session())
    given, _ = await begun(database, owner.id)
    await database.turns.finish(
        given.id, "done", None, at=LATER, model="x\0" * 500, prompt_tokens=10**20, completion_tokens=-1
    )
    kept = await database.turns.get(given.id)
    assert (kept.prompt_tokens, kept.completion_tokens) == (2**31 - 1, 0)
    assert kept.model == "x\ufffd" * 100


async def test_the_first_end_of_a_turn_counts(database: Database) -> None:
    owner = await database.sessions.create(session())
    given, question = await begun(database, owner.id)
    replies = [message(owner.id, f"reply {n}", role="assistant") for n in range(4)]
    jobs = (database.turns.finish(given.id, "done", each, at=LATER) for each in replies[:3])
    kept = await asyncio.gather(*jobs)
    assert [each is not None for each in kept] == [True, False, False]
    assert await database.turns.finish(given.id, "failed", replies[3], at=LATER) is None
    assert list(await database.messages.recent(owner.id, 9)) == [question, kept[0]]
    assert (await database.turns.get(given.id)).state == "done"
    assert await database.turns.finish(new_id(), "done", replies[3], at=LATER) is None


async def test_beginning_twice_is_beginning_once(database: Database) -> None:
    owner = await database.sessions.create(session())
    given, question = await begun(database, owner.id)
    said = message(owner.id, id=question.id, turn_id=given.id)
    assert await asyncio.gather(*(database.turns.begin(given, said) for _ in range(3))) == [question] * 3
    assert (await database.sessions.get(owner.id)).message_count == 1


async def test_a_turn_that_regenerates_keeps_a_sibling_of_the_reply(database: Database) -> None:
    owner = await database.sessions.create(session())
    given, question = await begun(database, owner.id)
    first = await database.turns.finish(given.id, "done", message(owner.id, "one", role="assistant"), at=LATER)
    again = turn(owner.id, kind="regenerate", user_message_id=question.id)
    assert await database.turns.begin(again, None) is None
    other = message(owner.id, "two", role="assistant", parent_id=question.id, branches=True, turn_id=again.id)
    second = await database.turns.finish(again.id, "done", other, at=LATER)
    assert first is not None
    assert second is not None
    assert [each.id for each in await database.messages.siblings(first.id)] == [first.id, second.id]
    assert list(await database.messages.recent(owner.id, 9)) == [question, second]


async def test_a_turn_that_edits_branches_and_is_answered_there(database: Database) -> None:
    owner = await database.sessions.create(session())
    given, question = await begun(database, owner.id)
    await database.turns.finish(given.id, "done", message(owner.id, "one", role="assistant"), at=LATER)
    edit = turn(owner.id, kind="edit")
    said = message(owner.id, "other words", id=edit.user_message_id, parent_id=None, branches=True, turn_id=edit.id)
    edited = await database.turns.begin(edit, said)
    reply = await database.turns.finish(edit.id, "done", message(owner.id, "two", role="assistant"), at=LATER)
    assert list(await database.messages.recent(owner.id, 9)) == [edited, reply]
    assert [each.content for each in await database.messages.siblings(question.id)] == ["hello", "other words"]


async def test_a_turn_in_no_session_or_after_no_message_is_not_begun(database: Database) -> None:
    owner = await database.sessions.create(session())
    for lost in (turn(new_id()), turn("a\0b")):
        for said in (None, message(lost.session_id)):
            with pytest.raises(NotFound):
                await database.turns.begin(lost, said)
    nowhere = turn(owner.id)
    with pytest.raises(NotFound):
        await database.turns.begin(nowhere, message(owner.id, parent_id=new_id(), branches=True))
    with pytest.raises(Refused):
        await database.turns.begin(nowhere, message(new_id()))
    with pytest.raises(Refused):
        await database.turns.begin(turn(owner.id, owner="x" * 65), None)
    for unknown in (nowhere.id, "", "a\0b", "x" * 65):
        with pytest.raises(NotFound):
            await database.turns.get(unknown)
    given, _ = await begun(database, owner.id)
    with pytest.raises(NotFound):
        await database.turns.finish(given.id, "done", message(owner.id, parent_id=new_id(), branches=True), at=LATER)
    assert (await database.turns.get(given.id)).state == "running"


async def test_turns_of_many_sessions_in_one_group_do_not_mix(database: Database) -> None:
    owners = [await database.sessions.create(session()) for _ in range(20)]
    for _ in range(3):
        pairs = await asyncio.gather(*(begun(database, owner.id) for owner in owners))
        ends = (
            database.turns.finish(given.id, "done", message(given.session_id, given.id, role="assistant"), at=LATER)
            for given, _ in pairs
        )
        for (given, _), reply in zip(pairs, await asyncio.gather(*ends), strict=True):
            assert reply is not None
            assert (reply.content, reply.session_id) == (given.id, given.session_id)
            assert (await database.turns.get(given.id)).message_id == reply.id
    assert {len(await database.messages.recent(owner.id, 99)) for owner in owners} == {6}


async def test_while_a_turn_is_not_over_no_other_is_begun_in_its_session(database: Database) -> None:
    owner, elsewhere = await database.sessions.create(session()), await database.sessions.create(session())
    running, _ = await begun(database, owner.id)
    assert await database.turns.running(owner.id) == running.id
    for mine in (turn(owner.id, owner="another process"), turn(owner.id)):
        with pytest.raises(TurnRunning) as caught:
            await database.turns.begin(mine, message(owner.id), claim("k"))
        assert caught.value.turn_id == running.id
    assert await database.claims.get("somebody", "k", at=NOON) is None
    assert (await database.sessions.get(owner.id)).message_count == 1
    await begun(database, elsewhere.id)
    await database.turns.finish(running.id, "interrupted", None, at=LATER)
    assert await database.turns.running(owner.id) is None
    await begun(database, owner.id)


async def test_of_many_that_begin_at_once_in_a_session_one_does(database: Database) -> None:
    owner = await database.sessions.create(session())
    jobs = (database.turns.begin(turn(owner.id), message(owner.id)) for _ in range(20))
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Message", *["TurnRunning"] * 19]
    assert (await database.sessions.get(owner.id)).message_count == 1


async def test_turns_that_were_heard_of_lately_are_not_swept(database: Database) -> None:
    given, over = [(await begun(database, (await database.sessions.create(session())).id))[0] for _ in range(2)]
    await database.turns.finish(over.id, "done", None, at=NOON)
    await database.turns.renew([given.id, over.id, new_id()], LATER)
    await database.turns.renew([], LATER)
    assert (await database.turns.get(over.id)).updated_at == NOON
    assert await database.turns.sweep(None, LATER, LATER) == ()
    assert await database.turns.sweep(None, LATER + timedelta(seconds=1), LATER) == (given.id,)


async def test_turns_that_a_crash_left_running_are_swept(database: Database) -> None:

    async def somewhere() -> str:
        return (await database.sessions.create(session())).id

    owner = await database.sessions.create(session())
    old = [await begun(database, owner.id, owner="gone")]
    old += [await begun(database, await somewhere(), owner="gone") for _ in range(149)]
    mine, _ = await begun(database, await somewhere(), owner="me")
    young, _ = await begun(database, await somewhere(), owner="gone", updated_at=LATER)
    over, _ = await begun(database, await somewhere(), owner="gone")
    await database.turns.finish(over.id, "done", None, at=NOON)
    soon = NOON + timedelta(seconds=1)
    swept = await database.turns.sweep("gone", soon, LATER)
    assert sorted(swept) == sorted(given.id for given, _ in old)
    assert await database.turns.sweep("gone", soon, LATER) == ()
    kept = await database.turns.get(old[0][0].id)
    assert (kept.state, kept.updated_at, kept.error_code) == ("interrupted", LATER, "interrupted")
    states = [(await database.turns.get(each.id)).state for each in (mine, young, over)]
    assert states == ["running", "running", "done"]
    late = message(owner.id, "too late", role="assistant")
    assert await database.turns.finish(old[0][0].id, "done", late, at=LATER) is None


async def test_turns_go_with_their_session_and_with_its_messages(database: Database) -> None:
    for empty in (database.sessions.delete, database.messages.delete_all):
        owner = await database.sessions.create(session())
        given, question = await begun(database, owner.id)
        await database.turns.finish(given.id, "failed", None, at=LATER)
        again = turn(owner.id, kind="regenerate", user_message_id=question.id)
        await database.turns.begin(again, None)
        for each in (given, again):
            await database.traces.save(each.id, {"prompt": "secret"}, NOON)
        await empty(owner.id)
        for each in (given, again):
            with pytest.raises(NotFound):
                await database.turns.get(each.id)
            with pytest.raises(NotFound):
                await database.traces.get(each.id)
            assert await database.turns.finish(each.id, "done", message(owner.id), at=LATER) is None
