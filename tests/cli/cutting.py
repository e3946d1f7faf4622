"""A door in front of a runtime's own, which breaks connections where it is told to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

_PASSED_ON = ("Content-Type", "Accept", "Idempotency-Key", "Last-Event-ID")


@dataclass
class Door:
    """`cuts` says for one stream after another behind how many events it breaks; then none does.

    0 breaks it when the request has arrived. `asked` is what came, `more` is put before the last event of a stream.
    """

    to: str
    url: str = ""
    cuts: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    more: bytes = b""
    is_closed: bool = False

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """One request, and the answer as far as it goes."""
        self.asked.append(f"{request.method} {request.path}")
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        if self.is_closed and request.transport is not None:
            request.transport.abort()
            return web.Response()
        async with (
            aiohttp.ClientSession() as client,
            client.request(
                request.method, self.to + request.path_qs, data=await request.read(), headers=headers
            ) as answer,
        ):
            if not answer.content_type.startswith("text/event-stream"):
                return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
            await self._stream(request, answer)
        return web.Response()

    async def _stream(self, request: web.Request, answer: aiohttp.ClientResponse) -> None:
        left = self.cuts.pop(0) if self.cuts else -1
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        assert request.transport is not None
        if left == 0:
            request.transport.abort()
            return
        await response.prepare(request)
        async for line in answer.content:
            if line == b"event: done\n":
                await response.write(self.more)
            await response.write(line)
            left -= line == b"\n"
            if left == 0:
                request.transport.abort()
                return
        await response.write_eof()


@asynccontextmanager
async def door_to(url: str) -> AsyncIterator[Door]:
    """A door to the runtime at this address."""
    door = Door(url)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", door.pass_on)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    door.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield door
    finally:
        await runner.cleanup()
