"""A model server that misbehaves on demand: raw sockets, because an HTTP library would be too polite."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

HELLO = ("Good ", "evening", ", friend.")


@dataclass(frozen=True)
class Request:
    """What a client sent; header names in small letters."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


@dataclass(frozen=True)
class Exchange:
    """One request that wants an answer."""

    request: Request
    writer: asyncio.StreamWriter

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def head(self, status: int = 200, content_type: str = "text/event-stream", *headers: str) -> None:
        lines = (f"HTTP/1.1 {status} Said", f"Content-Type: {content_type}", "Connection: close", *headers)
        await self.send("\r\n".join((*lines, "", "")).encode())

    async def answer(self, status: int, body: bytes, content_type: str = "application/json", *headers: str) -> None:
        await self.head(status, content_type, f"Content-Length: {len(body)}", *headers)
        await self.send(body)

    async def hang(self) -> None:
        """Until the client has had enough."""
        await self.writer.wait_closed()

    def reset(self) -> None:
        """End with a RST instead of a FIN."""
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Mode = Callable[[Exchange], Awaitable[None]]


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def chunk(text: str | None = None, finish: str | None = None, **delta: object) -> bytes:
    choice = {"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}
    return event({"id": "c1", "object": "chat.completion.chunk", "choices": [choice]})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})
DONE = b"data: [DONE]\n\n"
WHOLE_STREAM = b"".join((chunk("", role="assistant"), *map(chunk, HELLO), chunk(finish="stop"), USAGE, DONE))


async def ok(exchange: Exchange) -> None:
    """A whole reply, as a good server sends it: chunked, on a connection that stays open."""
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(WHOLE_STREAM), WHOLE_STREAM)
    await exchange.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n", body
    )


def says(*body: bytes) -> Mode:
    """A stream of these parts and a clean close."""

    async def mode(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.send(*body)

    return mode


def answers(status: int, body: bytes, content_type: str = "application/json", *headers: str) -> Mode:
    """One whole answer with a length."""

    async def mode(exchange: Exchange) -> None:
        await exchange.answer(status, body, content_type, *headers)

    return mode


@dataclass
class FakeServer:
    """Plays one mode a request, in order, and is a good server afterwards. Keeps every request."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    modes: list[Mode] = field(default_factory=list)
    connections: int = 0

    def play(self, *modes: Mode) -> None:
        self.modes = list(modes)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # A client that hangs up ends its connection, not the server.
        try:
            await self._exchanges(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _exchanges(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mode: Mode = ok
        while mode is ok:
            request = await _request(reader)
            self.requests.append(request)
            mode = self.modes.pop(0) if self.modes else ok
            await mode(Exchange(request, writer))


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *rows = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
    return Request(line, headers, await reader.readexactly(int(headers.get("content-length", 0))))


@asynccontextmanager
async def fake_server(port: int = 0) -> AsyncIterator[FakeServer]:
    """A server on a port of this machine, by default a free one."""
    fake = FakeServer()
    tasks: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(fake.serve(reader, writer), name="fake model server"))

    server = await asyncio.start_server(accepted, "127.0.0.1", port)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield fake
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
