"""Server-sent events: numbered, with a heartbeat, and a reader that stops reading is let go."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass

from aiohttp import web

from agent_runtime.web.errors import ID, REQUEST_ID

HEARTBEAT_S = 15.0
_WRITE_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: `data` is JSON on one line."""

    event: str
    data: bytes
    id: str | None = None

    def encoded(self) -> bytes:
        head = f"id: {self.id}\n" if self.id is not None else ""
        return f"{head}event: {self.event}\ndata: ".encode() + self.data + b"\n\n"


async def stream(
    request: web.Request, events: AsyncGenerator[ServerEvent], headers: Mapping[str, str] | None = None
) -> web.StreamResponse:
    """Send events until they end or the reader leaves."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
            REQUEST_ID: request.get(ID, ""),
            **(headers or {}),
        }
    )
    await response.prepare(request)
    # The reader leaves or stops reading: what it watched goes on without it.
    with suppress(ConnectionError, TimeoutError):
        async with aclosing(events):
            await _send(response, events)
    return response


async def _send(response: web.StreamResponse, events: AsyncGenerator[ServerEvent]) -> None:
    while True:
        upcoming = asyncio.ensure_future(anext(events))
        try:
            while not (await asyncio.wait({upcoming}, timeout=HEARTBEAT_S))[0]:
                await _write(response, b": heartbeat\n\n")
            event = upcoming.result()
        except StopAsyncIteration:
            await response.write_eof()
            return
        finally:
            if not upcoming.done():
                upcoming.cancel()
                await asyncio.wait({upcoming})
        await _write(response, event.encoded())


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(_WRITE_WITHIN_S):
        await response.write(data)
