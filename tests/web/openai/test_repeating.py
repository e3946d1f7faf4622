"""A request under /v1 sent again under its `Idempotency-Key` does nothing again and is answered as it was."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.process.http import Answer, Client, client_of
from tests.process.model import FAIL, WAIT, Model
from tests.process.runtime import RuntimeProcess
from tests.waiting import until
from tests.web.openai.conftest import COMPLETIONS, assert_error, chunks_of, user

RESPONSES = "/v1/responses"


async def ask(client: Client, words: str, key: str, **more: Any) -> Answer:
    body = {"model": "wren", "messages": [user(words)], **more}
    return await client.post(COMPLETIONS, body, headers={"Idempotency-Key": key})


async def respond(client: Client, words: str, key: str, **more: Any) -> Answer:
    body = {"model": "wren", "input": words, **more}
    return await client.post(RESPONSES, body, headers={"Idempotency-Key": key})


def assert_again(first: Answer, second: Answer) -> None:
    assert (first.status, second.status) == (200, 200), second.raw
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    names = ("X-Session-Id", "X-Turn-Id", "X-Message-Id", "X-User-Message-Id")
    assert [first.headers[name] for name in names] == [second.headers[name] for name in names]


@pytest.mark.parametrize("asked", [ask, respond])
async def test_it_is_answered_as_it_was_and_after_a_restart_too(
    served: tuple[RuntimeProcess, Model], client: Client, asked: Any
) -> None:
    key, words = str(uuid4()), f"Hello! {uuid4()}"
    first, second = await asked(client, words, key), await asked(client, words, key)
    assert_again(first, second)
    assert first.json == second.json
    runtime = served[0]
    runtime.kill()
    runtime.start()
    async with client_of(runtime.url) as again:
        third = await asked(again, words, key)
        assert_again(first, third)
        assert third.json == first.json
        assert len(await again.messages(first.headers["X-Session-Id"])) == 2
        assert (await asked(again, "Something else", key)).json["error"]["code"] == "key_reused"


async def test_no_session_is_begun_for_it(client: Client) -> None:
    key, words = str(uuid4()), f"Hello! {uuid4()}"
    first = await ask(client, words, key)
    before = await client.rows("/api/sessions?limit=200")
    await ask(client, words, key)
    assert await client.rows("/api/sessions?limit=200") == before
    assert (await ask(client, words, str(uuid4()))).headers["X-Turn-Id"] != first.headers["X-Turn-Id"]


async def test_a_stream_is_answered_again(client: Client) -> None:
    key, words = str(uuid4()), f"Hello! {uuid4()}"
    asked = {"stream": True, "stream_options": {"include_usage": True}}
    first, second = await ask(client, words, key, **asked), await ask(client, words, key, **asked)
    assert_again(first, second)
    told = [
        "".join(each["choices"][0]["delta"].get("content", "") for each in chunks_of(one) if each["choices"])
        for one in (first, second)
    ]
    assert told[0] == told[1] != ""
    assert chunks_of(first)[-1] == chunks_of(second)[-1]
    streamed = await respond(client, words, key, stream=True), await respond(client, words, key, stream=True)
    assert_again(*streamed)
    assert b"response.completed" in streamed[1].raw


async def test_several_replies_are_the_same_ones(client: Client) -> None:
    key, words = str(uuid4()), f"Hello! {uuid4()}"
    first, second = await ask(client, words, key, n=3), await ask(client, words, key, n=3)
    assert_again(first, second)
    assert first.json == second.json
    assert len(first.json["choices"]) == 3
    path = f"/api/sessions/{first.headers['X-Session-Id']}/messages?every=true&limit=200"
    assert len(await client.rows(path)) == 4


async def test_while_it_is_answered_it_is_refused(client: Client, model: Model) -> None:
    key, words = str(uuid4()), f"{WAIT} {uuid4()}"
    running = asyncio.create_task(ask(client, words, key))
    await until(lambda: any(words in each[-1]["content"] for each in model.prompts))
    assert_error(await ask(client, words, key), 409, "turn_running")
    model.go.set()
    assert_again(await running, await ask(client, words, key))


async def test_what_came_to_nothing_says_so_and_wants_a_new_key(client: Client) -> None:
    key, words = str(uuid4()), f"{FAIL} {uuid4()}"
    assert (await ask(client, words, key)).status >= 500
    assert_error(await ask(client, words, key), 409, "failed")


async def test_a_key_that_is_none_is_refused(client: Client) -> None:
    assert_error(await ask(client, "Hello!", "k" * 256), 400, "bad_key")
