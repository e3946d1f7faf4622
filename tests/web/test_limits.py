"""How much the door takes on: requests and turns of a key, wrong keys of an address, connections and streams."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.process.http import Answer, Client, assert_problem, client_of, raw
from tests.process.runtime import RuntimeProcess
from tests.web.keyed import MAIN, Keyed

SETTINGS = ("http.max_connections=6", "http.max_streams=2")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    keyed = Keyed.started(tmp_path_factory.mktemp("limited"))
    try:
        yield keyed
    finally:
        keyed.runtime.kill()


def assert_waits(answer: Answer, status: int, code: str) -> None:
    assert_problem(answer, status, code)
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_thousand_posts_of_one_key_are_slowed_down_and_another_does_not_notice(keyed: Keyed) -> None:
    async with keyed.client("operate") as busy, keyed.client("chat") as other:
        posts = [asyncio.ensure_future(busy.post("/api/agents/vesper/unmute")) for _ in range(1000)]
        session = await other.session_with("wren")
        assert (await other.say(session, "Hello!")).status == 200
        answers = await asyncio.gather(*posts)
        refused = [each for each in answers if each.status == 429]
        assert set(Counter(each.status for each in answers)) == {200, 429}
        assert len(refused) > 700
        assert_waits(refused[0], 429, "too_many")
        assert (await other.say(session, "Still here?")).status == 200


async def test_turns_are_counted_by_themselves(keyed: Keyed) -> None:
    async with keyed.client("admin") as client:
        session = await client.session_with("wren")
        turns = [await client.say(session, f"Hello {number}!") for number in range(12)]
        assert [each.status for each in turns[:10]] == [200] * 10
        assert_waits(turns[11], 429, "too_many")
        assert len(await client.messages(session)) < 24
        answer = await client.post("/v1/chat/completions", {"model": "wren", "messages": []})
        assert (answer.status, answer.json["error"]["type"]) == (429, "rate_limit_error")


async def test_wrong_keys_of_an_address_are_slowed_down_and_those_who_were_right_go_on(keyed: Keyed) -> None:
    async with keyed.client("") as known, keyed.client() as guessing:
        assert (await known.get("/api/agents")).status == 200
        wrong = [{"Authorization": f"Bearer {MAIN}{number}"} for number in range(30)]
        answers = [await guessing.get("/api/agents", headers=each) for each in wrong]
        assert_problem(answers[0], 401, "unauthorised")
        assert_waits(answers[-1], 429, "too_many")
        assert (await known.get("/api/agents")).status == 200
        assert (await guessing.get("/healthz", headers=wrong[0])).status == 200
        async with keyed.client("read") as another:
            assert (await another.get("/api/agents")).status == 200


async def test_without_keys_nobody_is_slowed_down(client: Client) -> None:
    answers = await asyncio.gather(*(_alone(client.url) for _ in range(4)))
    assert [status for each in answers for status in each] == [200] * 800


async def _alone(url: str) -> list[int]:
    async with client_of(url) as client:
        return [(await client.get("/api/agents", headers={"Authorization": "Bearer x"})).status for _ in range(200)]


async def test_a_connection_too_many_is_told_so_and_closed(runtime: RuntimeProcess, client: Client) -> None:
    host, port = runtime.url.removeprefix("http://").split(":")
    async with AsyncExitStack() as stack:
        for _ in range(6):
            _, writer = await asyncio.open_connection(host, port)
            stack.callback(writer.close)
        assert_waits(await raw(runtime.url, b""), 503, "full")
        request = b"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd"
        assert_waits(await raw(runtime.url, request), 503, "full")
        reader, writer = await asyncio.open_connection(host, port)
        stack.callback(writer.close)
        async with asyncio.timeout(10):
            assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
    await _works_again(runtime, client)


async def test_a_stream_too_many_is_refused_and_the_place_is_given_back(client: Client) -> None:
    session = await client.session_with("wren")
    async with client.stream("GET", "/api/events/stream") as first:
        await first.until("snapshot")
        async with client.stream("GET", "/api/events/stream") as second:
            await second.until("snapshot")
            assert_waits(await client.get("/api/events/stream"), 503, "full")
            asked = {"content": "Hello!", "stream": True}
            assert_waits(await client.post(f"/api/sessions/{session}/messages", asked), 503, "full")
    async with asyncio.timeout(20):
        while len(await client.messages(session)) < 2:  # the reply is kept, whoever could hear it
            await asyncio.sleep(0.02)
    async with client.stream("POST", f"/api/sessions/{session}/messages", json=asked) as stream:
        assert [each.event for each in await stream.all()][-1] == "done"
    for _ in range(5):
        async with client.stream("POST", f"/api/sessions/{session}/messages", json=asked) as stream:
            await stream.until("done")


async def _works_again(runtime: RuntimeProcess, client: Client) -> None:
    async with asyncio.timeout(20):
        while (
            await raw(runtime.url, f"GET /healthz HTTP/1.1\r\nHost: {client.url[7:]}\r\n\r\n".encode())
        ).status != 200:
            await asyncio.sleep(0.02)
