"""The window of a prompt: the newest whole turns before a question, whoever wrote them."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.chat.windows import Window, Windows
from agent_runtime.core.conversation import Message
from agent_runtime.store.database import Database
from tests.store.values import NOON, message, session


async def turn(database: Database, owner: str, number: int, windows: Windows | None = None) -> Message:
    """A question and its answer; shown to `windows` as the runtime does. Returns the answer."""
    turn_id = f"turn-{number}"
    question = await database.messages.append(message(owner, f"question {number}", turn_id=turn_id))
    if windows is not None:
        await windows.before(question)
    answer = await database.messages.append(message(owner, f"answer {number}", role="assistant", turn_id=turn_id))
    if windows is not None:
        windows.add(question)
        windows.add(answer)
    return answer


async def question_of(database: Database, owner: str) -> Message:
    return await database.messages.append(message(owner, "the question", turn_id="now"))


@pytest.mark.parametrize("size", [0, 1, 4, 6, 100])
async def test_it_holds_so_many_messages_of_whole_turns_from_the_store_or_from_memory(
    database: Database, size: int
) -> None:
    owner = (await database.sessions.create(session())).id
    held = Windows(database.messages, size)
    for number in range(4):
        await turn(database, owner, number, held)
    question = await question_of(database, owner)
    fresh = await Windows(database.messages, size).before(question)
    assert await held.before(question) == fresh
    everything = [each for number in range(4) for each in (f"question {number}", f"answer {number}")]
    newest = everything[len(everything) - size :] if size < len(everything) else everything
    assert [each.content for each in fresh] == newest


@pytest.mark.parametrize(("size", "left"), [(0, "answer 3"), (2, "answer 2"), (6, "answer 0"), (8, None), (9, None)])
async def test_it_knows_what_left_it_last(database: Database, size: int, left: str | None) -> None:
    owner = (await database.sessions.create(session())).id
    held = Windows(database.messages, size)
    for number in range(4):
        answer = await turn(database, owner, number, held)
    found = held.left_behind(answer)
    assert (None if found is None else (await database.messages.get(found)).content) == left


SAID = st.sampled_from(("asked", "asked without a turn", "answered", "cut off", "told aloud"))


def utterance(number: int, said: str) -> Message:
    return Message(
        id=str(number),
        session_id="s",
        seq=number,
        parent_id=str(number - 1),
        role="user" if said.startswith("asked") else "assistant",
        content=said,
        created_at=NOON,
        kind="narration" if said == "told aloud" else "chat",
        turn_id=None if said == "asked without a turn" else "t",
        interrupted=said == "cut off",
    )


def belonging(messages: list[Message]) -> list[Message]:
    """The rule, written out: no question without a complete reply behind it, and no reply that was cut off."""
    kept: list[Message] = []
    for place, each in enumerate(messages):
        later = itertools.takewhile(lambda one: one.role != "user", messages[place + 1 :])
        is_answered = any(one.kind == "chat" and not one.interrupted for one in later)
        if is_answered or each.turn_id is None if each.role == "user" else not each.interrupted:
            kept.append(each)
    return kept


@given(said=st.lists(SAID, max_size=12), size=st.integers(0, 6))
def test_what_belongs_is_what_the_rule_says_of_the_newest(said: list[str], size: int) -> None:
    everything = [utterance(number, each) for number, each in enumerate(said, start=1)]
    window = Window(size)
    for each in everything:
        window.add(each)
    assert list(window.whole()) == belonging(everything[len(everything) - size :] if size < len(said) else everything)


async def test_questions_without_an_answer_and_answers_cut_short_are_left_out(database: Database) -> None:
    owner = (await database.sessions.create(session())).id
    await turn(database, owner, 1)
    await database.messages.append(message(owner, "never answered", turn_id="lost"))
    await database.messages.append(message(owner, "cut", turn_id="cut"))
    await database.messages.append(message(owner, "sho", role="assistant", turn_id="cut", interrupted=True))
    await database.messages.append(message(owner, "sold!", role="assistant", kind="narration"))
    window = await Windows(database.messages, 10).before(await question_of(database, owner))
    assert [each.content for each in window] == ["question 1", "answer 1", "sold!"]


async def test_what_another_process_wrote_is_seen(database: Database) -> None:
    owner = (await database.sessions.create(session())).id
    held = Windows(database.messages, 10)
    await turn(database, owner, 1, held)
    await turn(database, owner, 2)
    window = await held.before(await question_of(database, owner))
    assert [each.content for each in window] == ["question 1", "answer 1", "question 2", "answer 2"]


async def test_a_message_out_of_place_makes_it_read_again(database: Database) -> None:
    owner = (await database.sessions.create(session())).id
    held = Windows(database.messages, 10)
    await turn(database, owner, 1, held)
    await turn(database, owner, 2)
    held.add(await turn(database, owner, 3))
    window = await held.before(await question_of(database, owner))
    assert len(window) == 6


async def test_it_remembers_so_many_sessions_and_still_knows_the_others(
    migrated_url: Callable[[str], str], database: Database
) -> None:
    held = Windows(database.messages, 10, sessions=2)
    owners = [(await database.sessions.create(session())).id for _ in range(4)]
    for owner in owners:
        await turn(database, owner, 1, held)
    for owner in owners:
        assert len(await held.before(await question_of(database, owner))) == 2
    assert len(held._held) == 2
