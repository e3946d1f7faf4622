"""A connection by itself: half a request ends it, a slow answer does not, and nothing is answered in plain text."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.web_request import BaseRequest

from agent_runtime.web.connection import Connection
from agent_runtime.web.room import Room
from tests.process.http import assert_problem, raw

_SOON_S = 0.05


@asynccontextmanager
async def listening(asked: asyncio.Event, answer: asyncio.Event) -> AsyncIterator[int]:
    """A port where heads must come soon, and where answers wait until they may be given."""

    async def handler(request: BaseRequest) -> web.StreamResponse:
        assert isinstance(request.protocol, Connection)
        request.protocol.begin()
        asked.set()
        await answer.wait()
        request.protocol.end()
        if request.path == "/broken":
            raise LookupError("on purpose")
        return web.Response(text="here")

    loop = asyncio.get_running_loop()
    server = web.Server(handler)
    listener = await loop.create_server(
        lambda: Connection(server, loop=loop, new_id=lambda: "id-1", room=Room(9), head_within_s=_SOON_S),
        "127.0.0.1",
        0,
    )
    try:
        async with asyncio.timeout(20):
            yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await server.shutdown(1.0)


def now() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@pytest.mark.parametrize("head", [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a"])
async def test_half_a_head_and_silence_end_the_connection(head: bytes) -> None:
    async with listening(asyncio.Event(), now()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        assert await reader.read() == b""
        writer.close()


async def test_half_a_head_behind_a_request_does_too() -> None:
    async with listening(asyncio.Event(), now()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"GET / HT")
        assert await reader.read() == b""
        writer.close()


async def test_an_answer_may_take_longer_than_a_head() -> None:
    asked, answer = asyncio.Event(), asyncio.Event()
    async with listening(asked, answer) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await asked.wait()
        asyncio.get_running_loop().call_later(3 * _SOON_S, answer.set)
        assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def test_a_handler_that_breaks_outside_the_guards_is_a_problem_and_is_logged(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with listening(asyncio.Event(), now()) as port:
        answer = await raw(f"http://127.0.0.1:{port}", b"GET /broken HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert_problem(answer, 500, "internal")
    assert "on purpose" not in answer.raw.decode()
    said = capsys.readouterr()
    assert "connection failed" in said.out + said.err + caplog.text
