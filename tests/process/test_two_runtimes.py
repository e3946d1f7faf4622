"""Two runtimes on one PostgreSQL, each with a data folder of its own: a session has one turn at a time, a key one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from tests.process.http import Answer, Client, assert_problem, client_of
from tests.process.model import WAIT, Model, model_server
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until

Two = tuple[tuple[RuntimeProcess, Client], tuple[RuntimeProcess, Client]]


@pytest.fixture
def model() -> Iterator[Model]:
    with model_server() as model:
        yield model


@pytest.fixture
async def two(
    runtime: Callable[..., RuntimeProcess], model: Model, migrated_url: Callable[[str], str]
) -> AsyncIterator[Two]:
    url = migrated_url("postgresql")
    async with AsyncExitStack() as stack:
        made = [runtime(*model.settings(), AGENT_RUNTIME__DATABASE__URL=url) for _ in range(2)]
        await asyncio.gather(*(asyncio.to_thread(each.start) for each in made))
        one, other = [(each, await stack.enter_async_context(client_of(each.url))) for each in made]
        yield one, other


async def running_in(client: Client, session: str, question: str) -> tuple[asyncio.Task[Answer], str]:
    """A turn that waits, and its id."""
    asking = asyncio.create_task(client.say(session, question))
    kept = await asked_until(
        lambda: client.messages(session), lambda kept: any(each["content"] == question for each in kept)
    )
    return asking, next(each["turn_id"] for each in kept if each["content"] == question)


async def test_a_session_has_one_turn_at_a_time_in_both(two: Two, model: Model) -> None:
    (_, one), (_, other) = two
    session = await one.session_with("wren")
    question = f"{WAIT} {uuid4()}"
    asking, running = await running_in(one, session, question)
    for mode in ("reject", "interrupt"):
        refused = await other.say(session, "Now?", mode=mode)
        assert_problem(refused, 409, "turn_running")
        assert refused.json["turn_id"] == running
    assert_problem(await other.post(f"/api/turns/{running}/stop"), 409, "turn_running")
    assert_problem(await other.post(f"/api/messages/{(await one.messages(session))[0]['id']}/select"), 409)
    waiting = asyncio.create_task(other.say(session, "Then?"))
    watching = asyncio.create_task(_followed(other, running))
    await asyncio.sleep(0)
    model.go.set()
    assert [(await asking).status, (await waiting).status] == [200, 200]
    assert await watching == ["snapshot", "delta", "message", "done"]
    kept = await one.messages(session)
    assert [each["content"] for each in kept] == [question, f"You said: {question}.", "Then?", "You said: Then?."]
    assert await other.messages(session) == kept


async def _followed(client: Client, turn_id: str) -> list[str]:
    async with client.stream("GET", f"/api/turns/{turn_id}/stream") as stream:
        return [each.event for each in await stream.all()]


async def test_writers_in_both_take_turns(two: Two) -> None:
    clients = [client for _, client in two]
    session = await clients[0].session_with("wren")

    async def write(number: int) -> None:
        for _ in range(5):
            answer = await clients[number % 2].say(session, f"{number} {uuid4()}")
            assert answer.status == 200, answer.raw

    async with asyncio.timeout(60):
        await asyncio.gather(*map(write, range(8)))
    kept = await clients[0].messages(session)
    assert [each["seq"] for each in kept] == list(range(1, 81))
    assert [each["role"] for each in kept] == ["user", "assistant"] * 40
    assert all(reply["content"] == f"You said: {asked['content']}." for asked, reply in _pairs(kept))


def _pairs(messages: list[dict[str, str]]) -> list[tuple[dict[str, str], dict[str, str]]]:
    return list(zip(messages[::2], messages[1::2], strict=True))


async def test_four_hundred_at_once_under_ten_keys_are_ten_turns(two: Two) -> None:
    clients = [client for _, client in two]
    sessions = [await clients[0].session_with("wren") for _ in range(10)]

    async def ask(number: int) -> str:
        path = f"/api/sessions/{sessions[number % 10]}/messages"
        headers = {"Idempotency-Key": f"k{number % 10}"}
        while (
            answer := await clients[number // 10 % 2].post(path, {"content": "Hello!"}, headers=headers)
        ).status == 409:
            await asyncio.sleep(0.2)
        assert answer.status == 200, answer.raw
        return str(answer.json["turn_id"])

    async with asyncio.timeout(60):
        turns = await asyncio.gather(*map(ask, range(400)))
    assert len(set(turns)) == 10
    assert [len(await clients[0].messages(each)) for each in sessions] == [2] * 10


@pytest.mark.slow
async def test_a_runtime_that_is_killed_frees_its_sessions_for_the_other(two: Two, model: Model) -> None:
    (killed, one), (_, other) = two
    session = await one.session_with("wren")
    asking, running = await running_in(one, session, f"{WAIT} {uuid4()}")
    killed.kill()
    await asyncio.wait({asking})
    assert asking.exception() is not None
    async with asyncio.timeout(45):
        assert (await other.say(session, "Still there?")).status == 200
    assert (await other.get(f"/api/turns/{running}")).json["state"] == "interrupted"
