"""A stream of events: together what comes together, at once what comes alone, and never more than a reader takes."""

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, web

from agent_runtime.web.sse import ServerEvent, stream
from agent_runtime.web.streams import STREAMS, Streams

Events = Callable[[], AsyncGenerator[ServerEvent]]
_BIG = b"x" * 65_536


@asynccontextmanager
async def served(events: Events, within_s: float = 20, answered: asyncio.Event | None = None) -> AsyncIterator[str]:
    """A URL where these are streamed; where it is to be told when it has `answered`, the system holds little of it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        if answered is None or request.transport is None:
            return await stream(request, events(), within_s=within_s)
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        try:
            return await stream(request, events(), within_s=within_s)
        finally:
            answered.set()

    app = web.Application()
    app[STREAMS] = Streams(most=4)
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with asyncio.timeout(20):
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_what_is_there_at_once_arrives_in_order_and_whole() -> None:
    async def events() -> AsyncGenerator[ServerEvent]:
        for number in range(500):
            yield ServerEvent("delta", b"{}", str(number))

    async with served(events) as url, ClientSession() as client, client.get(url) as response:
        frames = (await response.text()).split("\n\n")
    assert frames == [*(f"id: {number}\nevent: delta\ndata: {{}}" for number in range(500)), ""]


async def test_what_comes_alone_does_not_wait_for_what_follows() -> None:
    go = asyncio.Event()

    async def events() -> AsyncGenerator[ServerEvent]:
        yield ServerEvent("delta", b"1")
        await go.wait()
        yield ServerEvent("delta", b"2")

    async with served(events) as url, ClientSession() as client, client.get(url) as response:
        assert await response.content.readuntil(b"\n\n") == b"event: delta\ndata: 1\n\n"
        go.set()
        assert await response.text() == "event: delta\ndata: 2\n\n"


async def test_an_error_comes_after_what_was_before_it() -> None:
    async def events() -> AsyncGenerator[ServerEvent]:
        yield ServerEvent("delta", b"1")
        raise ConnectionError("whoever gave the events is gone")

    async with served(events) as url, ClientSession() as client, client.get(url) as response:
        assert await response.content.readuntil(b"\n\n") == b"event: delta\ndata: 1\n\n"


async def test_who_does_not_read_holds_up_the_maker_who_is_ended_when_they_leave() -> None:
    made: list[int] = []
    is_full, is_ended = asyncio.Event(), asyncio.Event()

    async def events() -> AsyncGenerator[ServerEvent]:
        try:
            for number in range(100_000):
                asyncio.get_running_loop().call_later(0.2, _check, len(made))
                made.append(number)
                yield ServerEvent("delta", _BIG)
        finally:
            is_ended.set()

    def _check(before: int) -> None:
        if len(made) == before + 1:  # nothing was made since
            is_full.set()

    async with served(events) as url, ClientSession() as client:
        response = await client.get(url)
        await is_full.wait()
        response.close()
        await is_ended.wait()
    assert len(made) < 1_000


@asynccontextmanager
async def unread(url: str) -> AsyncIterator[None]:
    """Somebody who asks and reads nothing; what they are sent stays with the server."""
    place = urlsplit(url)
    with socket.socket() as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asking.setblocking(False)
        await asyncio.get_running_loop().sock_connect(asking, (place.hostname, place.port))
        await asyncio.get_running_loop().sock_sendall(asking, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        yield


async def test_who_stops_reading_at_the_end_is_cut_too() -> None:
    """The last words are taken without waiting, and the end is what waits for a reader."""
    is_taken, answered = asyncio.Event(), asyncio.Event()

    async def events() -> AsyncGenerator[ServerEvent]:
        yield ServerEvent("delta", b"x" * 66_000)
        await is_taken.wait()
        yield ServerEvent("delta", b"x" * 60_000)

    async with served(events, 0.5, answered) as url, unread(url):
        asyncio.get_running_loop().call_later(0.1, is_taken.set)
        await answered.wait()


async def test_what_fails_after_its_reader_was_cut_is_no_complaint(caplog: pytest.LogCaptureFixture) -> None:
    async def events() -> AsyncGenerator[ServerEvent]:
        yield ServerEvent("delta", b"x" * 200_000)
        raise ConnectionError("whoever gave the events is gone")

    answered = asyncio.Event()
    async with served(events, 0.1, answered) as url, unread(url):
        await answered.wait()
        gc.collect()
        await asyncio.sleep(0)
    assert not [each.message for each in caplog.records if "never retrieved" in each.message]


async def test_the_connection_of_one_who_never_reads_is_cut() -> None:
    is_over = asyncio.Event()

    async def events() -> AsyncGenerator[ServerEvent]:
        try:
            while True:
                yield ServerEvent("delta", _BIG)
        finally:
            is_over.set()

    async with served(events, within_s=0.05) as url:
        place = urlsplit(url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await writer.drain()
        await is_over.wait()
        got = await reader.read()  # what lies in the buffers of the system, and then the end: nobody holds it open
        writer.close()
    assert not got.endswith(b"0\r\n\r\n")
