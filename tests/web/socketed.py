"""One socket in this process, with a pace that a test can wait for, and peers who behave as they like."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMessage, WSMsgType, web

from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.events import Envelope
from agent_runtime.web.connection import Connection
from agent_runtime.web.errors import problems
from agent_runtime.web.open_socket import Pace
from agent_runtime.web.room import Room
from agent_runtime.web.sockets import serve
from agent_runtime.web.streams import STREAMS, Streams
from agent_runtime.web.watching import Watch

HEAD_WITHIN_S = 1.0
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n"


def event(number: int, **data: Any) -> Envelope:
    """One event to be seen."""
    return Envelope(id=f"event-{number}", timestamp=1, type="user:action", source="test", data={"n": number, **data})


@dataclass
class Served:
    """`stream` is what its watchers see; `ended` counts sockets that are over."""

    port: int = 0
    stream: Broadcast[Envelope] = field(default_factory=Broadcast)
    ended: int = 0
    transports: list[asyncio.Transport] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@asynccontextmanager
async def serving(pace: Pace) -> AsyncIterator[Served]:
    """A port where every request is a watcher of one stream."""
    served = Served()

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        assert isinstance(request.protocol, Connection)
        request.protocol.begin()
        served.transports.append(request.transport)
        try:
            return await serve(request, Watch(served.stream, "e", lambda: ()), SystemClock(), pace)
        finally:
            served.ended += 1

    app = web.Application(middlewares=[problems])
    app[STREAMS] = Streams(100)
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    loop = asyncio.get_running_loop()
    assert runner.server is not None
    server = runner.server
    listener = await loop.create_server(
        lambda: Connection(server, loop=loop, new_id=lambda: "id-1", room=Room(100), head_within_s=HEAD_WITHIN_S),
        "127.0.0.1",
        0,
    )
    served.port = listener.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(60):
            yield served
    finally:
        listener.close()
        await runner.cleanup()


@dataclass
class Peer:
    """One end of a socket."""

    ws: ClientWebSocketResponse

    async def next(self) -> dict[str, Any]:
        """The next message."""
        message = await self.received()
        assert message.type is WSMsgType.TEXT, message
        value: dict[str, Any] = json.loads(message.data)
        assert value.keys() == {"id", "event", "data"}
        return value

    async def until(self, name: str) -> dict[str, Any]:
        """The next message of this name."""
        while (message := await self.next())["event"] != name:
            pass
        return message

    async def received(self) -> WSMessage:
        """The next frame."""
        async with asyncio.timeout(20):
            return await self.ws.receive()

    async def ask(self, **ask: Any) -> None:
        await self.ws.send_json(ask)

    async def closed(self) -> int | None:
        """The code it is closed with, after whatever came before."""
        while (message := await self.received()).type in {WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG}:
            pass
        assert message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED}, message
        return self.ws.close_code


@asynccontextmanager
async def peer(url: str, **options: Any) -> AsyncIterator[Peer]:
    """Somebody at a socket."""
    async with ClientSession() as client, client.ws_connect(url, **options) as ws:
        yield Peer(ws)


@asynccontextmanager
async def deaf(port: int, path: str = "/") -> AsyncIterator[asyncio.StreamWriter]:
    """Somebody who upgrades and never reads again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{UPGRADE}\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    try:
        yield writer
    finally:
        writer.transport.abort()
