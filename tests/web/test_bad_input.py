"""Nothing a client sends crashes, blocks or confuses the runtime: each row is refused, and the next request works."""

import asyncio
import json
import threading
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, field_validator

from agent_runtime.web.bodies import LONG_BODIES, read_body, read_json
from agent_runtime.web.errors import Problem
from tests.process.http import Client, assert_problem, assert_works, raw
from tests.process.runtime import RuntimeProcess


def text(**fields: Any) -> bytes:
    return json.dumps({"content": "Hello!", **fields}).encode()


TURNS = {
    "nothing": (b"", 400, "invalid_json"),
    "white space": (b" \n", 400, "invalid_json"),
    "not JSON": (b"{content: 1}", 400, "invalid_json"),
    "cut off": (b'{"content":"Hel', 400, "invalid_json"),
    "two values": (b"{}{}", 400, "invalid_json"),
    "a list without end": (b"[" * 30_000, 400, "invalid_json"),
    "objects without end": (b'{"content":' * 5_000, 400, "invalid_json"),
    "NaN": (b'{"content":NaN}', 400, "invalid_json"),
    "a number of 5000 digits": (b'{"metadata":{"n":' + b"9" * 5000 + b"}}", 400, "invalid_json"),
    "half a surrogate pair": (rb'{"content":"\ud800"}', 400, "invalid_json"),
    "a byte order mark": (b'\xef\xbb\xbf{"content":"a"}', 400, "invalid_json"),
    "UTF-16": ('{"content":"a"}'.encode("utf-16"), 400, "invalid_json"),
    "Latin-1": (b'{"content":"\xe9"}', 400, "invalid_json"),
    "null": (b"null", 422, "invalid_body"),
    "a list": (b"[]", 422, "invalid_body"),
    "a string": (b'"Hello!"', 422, "invalid_body"),
    "a number": (b"1", 422, "invalid_body"),
    "a field named twice": (b'{"content":"a","content":"b"}', 400, "invalid_json"),
    "a field named twice within": (b'{"content":"a","user":{"name":"a","n\\u0061me":"b"}}', 400, "invalid_json"),
    "no content": (b"{}", 422, "invalid_body"),
    "content of another type": (text(content=5), 422, "invalid_body"),
    "empty content": (text(content=""), 422, "invalid_body"),
    "blank content": (text(content=" \t\r\n\u2003"), 422, "invalid_body"),
    "content nobody sees": (text(content="\u200b\u2060\ufeff\u200d"), 422, "invalid_body"),
    "NUL": (text(content="a\0b"), 422, "invalid_body"),
    "one character too many": (text(content="a" * 16_001), 413, "too_large"),
    "emoji without end": (text(content="👨\u200d👩\u200d👧" * 10_000), 413, "too_large"),
    "marks without end": (text(content="e" + "\u0301" * 100_000), 413, "too_large"),
    "a body over the limit": (text(content="a" * 66_000), 413, "too_large"),
    "an unknown field": (text(contents="a"), 422, "invalid_body"),
    "stream as a word": (text(stream="yes"), 422, "invalid_body"),
    "an unknown mode": (text(mode="shout"), 422, "invalid_body"),
    "a user without shape": (text(user="Ada"), 422, "invalid_body"),
    "a user with unknown fields": (text(user={"nme": "Ada"}), 422, "invalid_body"),
    "a name of 300 characters": (text(user={"name": "a" * 300}), 422, "invalid_body"),
    "too much metadata": (text(metadata={str(n): n for n in range(51)}), 422, "invalid_body"),
}


@pytest.mark.parametrize("row", TURNS)
async def test_a_turn_that_makes_no_sense_is_refused(client: Client, row: str) -> None:
    body, status, code = TURNS[row]
    session = await client.session_with("wren")
    path = f"/api/sessions/{session}/messages"
    answer = await client.post(path, data=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, status, code)
    assert await client.messages(session) == []
    assert (await client.say(session, "Hello!")).status == 200


async def test_what_is_wrong_in_a_body_is_pointed_at(client: Client) -> None:
    session = await client.session_with("wren")
    answer = await client.say(session, "Hello!", user={"nme": "Ada"}, stream=1)
    assert {each["pointer"] for each in answer.json["errors"]} == {"/user/nme", "/stream"}
    assert (await client.say(session, "")).json["errors"][0]["pointer"] == "/content"


@pytest.mark.parametrize(
    "content", ["👍", "e\u0301" * 100, "\u202eevil", "a\u0007b", "x" * 16_000, "<b>&amp;", "{{user}} {char}"]
)
async def test_a_strange_message_is_kept_as_it_was_written(client: Client, content: str) -> None:
    session = await client.session_with("wren")
    answer = await client.say(session, content)
    assert answer.status == 200
    assert answer.json["user_message"]["content"] == content
    assert (await client.messages(session))[0]["content"] == content


SESSIONS = {
    "no character": (b"{}", 422, "invalid_body"),
    "an unknown character": (b'{"character":"nobody"}', 404, "not_found"),
    "a character with NUL": (rb'{"character":"\u0000"}', 404, "not_found"),
    "an unknown field": (b'{"character":"wren","charcter":"wren"}', 422, "invalid_body"),
    "NUL in the metadata": (rb'{"character":"wren","metadata":{"a\u0000":1}}', 422, "refused"),
    "an infinite number": (b'{"character":"wren","metadata":{"a":1e400}}', 422, "refused"),
    "metadata of another type": (b'{"character":"wren","metadata":[]}', 422, "invalid_body"),
}


@pytest.mark.parametrize("row", SESSIONS)
async def test_a_session_that_makes_no_sense_is_refused(client: Client, row: str) -> None:
    body, status, code = SESSIONS[row]
    answer = await client.post("/api/sessions", data=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, status, code)
    await assert_works(client)


PATHS = {
    "/api/sessions/nobody": (404, "not_found"),
    "/api/sessions/nobody/messages": (404, "not_found"),
    "/api/agents/nobody": (404, "not_found"),
    "/api/agents/wren": (404, "not_found"),
    "/api/sessions/" + "a" * 300: (404, "not_found"),
    "/api/sessions/agent:mood:*": (404, "not_found"),
    "/api/sessions/%ff": (404, "not_found"),
    "/api/sessions/..%2f..%2fetc%2fpasswd": (404, "not_found"),
    "/api/sessions/%2e%2e": (404, "not_found"),
    "/api/sessions/%00": (400, "bad_path"),
    "/api/agents/a%0a": (400, "bad_path"),
    "/api/sessions/a%0d%0aSet-Cookie:x": (400, "bad_path"),
    "/api/sessions/%E2%80%AEabc": (400, "bad_path"),
    "/api/sessions/%2e%2e/%2e%2e/etc": (404, "no_such_url"),
    "/api/sessions/": (404, "no_such_url"),
    "/api//sessions": (404, "no_such_url"),
    "/API/sessions": (404, "no_such_url"),
    "/nowhere": (404, "no_such_url"),
    "/api/sessions?limit=0": (422, "invalid_query"),
    "/api/sessions?limit=201": (422, "invalid_query"),
    "/api/sessions?limit=-1": (422, "invalid_query"),
    "/api/sessions?limit=00501": (422, "invalid_query"),
    "/api/sessions?limit=0001" + "9" * 5000: (422, "invalid_query"),
    "/api/sessions?limit=%D9%A1": (422, "invalid_query"),
    "/api/sessions?cursor=x": (422, "refused"),
    "/api/sessions?cursor=%00": (422, "refused"),
    "/api/events?cursor=%ff": (422, "refused"),
    "/api/events?since=now": (422, "invalid_query"),
    "/api/events?since=0001-01-01T00:00:00%2B14:00": (422, "invalid_query"),  # in UTC there is no such year
    "/api/events?since=9999-12-31T23:59:59-14:00": (422, "invalid_query"),
    "/api/events?dead=maybe": (422, "invalid_query"),
}


async def test_a_path_that_leads_nowhere_is_told_so(runtime: RuntimeProcess, client: Client) -> None:
    host = runtime.url.removeprefix("http://")
    for path, (status, code) in PATHS.items():
        answer = await raw(runtime.url, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert_problem(answer, status, code)
        assert (await client.get("/api/sessions?limit=1")).status == 200


async def test_a_refusal_does_not_send_back_all_that_was_sent(client: Client) -> None:
    answer = await client.get("/api/auctions/" + "x" * 5000)
    assert_problem(answer, 404, "not_found")
    assert answer.json["detail"].startswith("no auction 'xxx")
    assert len(answer.json["detail"]) < 600


async def test_a_url_that_is_not_there_is_told_in_words(client: Client) -> None:
    assert (await client.get("/nowhere")).json["detail"] == "there is nothing at this URL"


async def test_a_cursor_of_another_list_is_refused(client: Client) -> None:
    session = await client.session_with("wren")
    for _ in range(2):
        await client.say(session, "Hello!")
    cursor = (await client.get(f"/api/sessions/{session}/messages?limit=1")).json["next_cursor"]
    assert cursor
    assert_problem(await client.get(f"/api/sessions?cursor={cursor}"), 422, "refused")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/events", {"GET", "HEAD", "POST"}),
        ("DELETE", "/api/sessions", {"GET", "HEAD", "POST"}),
        ("PATCH", "/api/sessions/x", {"GET", "HEAD", "DELETE"}),
        ("POST", "/api/agents", {"GET", "HEAD"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
        ("GET", "/api/agents/vesper/mute", {"POST"}),
    ],
)
async def test_a_method_that_is_not_there_names_those_that_are(
    client: Client, method: str, path: str, allowed: set[str]
) -> None:
    answer = await client.request(method, path, json={})
    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(",")) == allowed
    assert answer.json["detail"] == f"this URL takes {answer.headers['Allow']}"


async def test_the_stream_of_events_has_no_head(client: Client) -> None:
    assert (await client.request("HEAD", "/api/events/stream")).status == 405
    assert (await client.request("HEAD", "/api/sessions")).status == 200


async def test_a_body_that_does_not_come_is_not_waited_for_for_ever() -> None:
    async def handler(request: web.Request) -> web.Response:
        try:
            await read_json(request, 1000, within_s=0.05)
        except Problem as problem:
            return web.Response(status=problem.status)
        return web.Response()

    async def slow_body() -> Any:
        yield b"{"
        await asyncio.Event().wait()

    app = web.Application()
    app.router.add_post("/", handler)
    async with TestClient(TestServer(app)) as client, asyncio.timeout(20):
        response = await client.post("/", data=slow_body())
        assert response.status == 408


async def test_a_long_body_is_read_beside_everything_else() -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()

    class Slow(BaseModel):
        content: str

        @field_validator("content")
        @classmethod
        def _wait(cls, value: str) -> str:
            inside.release()
            assert go_on.wait(20)
            return value

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=str(len((await read_body(request, Slow, 4 * 1024 * 1024)).content)))

    app = web.Application(client_max_size=0)
    app[LONG_BODIES] = asyncio.Lock()
    app.router.add_post("/", handler)
    async with TestClient(TestServer(app)) as client, asyncio.timeout(20):
        posts = [asyncio.ensure_future(client.post("/", data=text(content="a" * 500_000))) for _ in range(3)]
        while not inside.acquire(blocking=False):
            await asyncio.sleep(0.01)
        go_on.set()  # held up, this would not be reached
        assert [await (await each).text() for each in posts] == ["500000"] * 3


async def test_a_client_that_leaves_within_its_body_leaves_no_trace(runtime: RuntimeProcess, client: Client) -> None:
    host = runtime.url.removeprefix("http://")
    session = await client.session_with("wren")
    head = f"POST /api/sessions/{session}/messages HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    for _ in range(3):
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(f"{head}Content-Length: 18\r\n\r\n".encode() + b'{"con')
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        del reader
    assert (await client.say(session, "Hello!")).json["message"]["seq"] == 2
    assert runtime.log == ""
