"""Server-sent events: numbered, with a heartbeat, and a reader that stops reading is let go."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from agent_runtime.web.errors import ID, REQUEST_ID
from agent_runtime.web.streams import STREAMS

HEARTBEAT_S = 15.0
_WRITE_WITHIN_S = 10.0
_MOST_FRAMES = 64
_HEARTBEAT = b": heartbeat\n\n"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: `data` is JSON on one line; without an `event` it is a mere message."""

    event: str
    data: bytes
    id: str | None = None

    def encoded(self) -> bytes:
        head = f"id: {self.id}\n" if self.id is not None else ""
        head += f"event: {self.event}\n" if self.event else ""
        return f"{head}data: ".encode() + self.data + b"\n\n"


async def stream(
    request: web.Request,
    events: AsyncGenerator[ServerEvent],
    headers: Mapping[str, str] | None = None,
    *,
    within_s: float = _WRITE_WITHIN_S,
) -> web.StreamResponse:
    """Send events until they end or the reader leaves; one who takes nothing for `within_s` is cut off.

    Raises Problem, 503, when too many streams are open.
    """
    request.app[STREAMS].enter(request)
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
    transport = request.transport
    # The reader leaves or stops reading: what it watched goes on without it.
    try:
        async with aclosing(events):
            await _send(response, events, within_s)
    except TimeoutError:
        if transport is not None:
            transport.abort()  # to close it would wait for what this reader never takes
    except ConnectionError:
        pass
    return response


async def _send(response: web.StreamResponse, events: AsyncGenerator[ServerEvent], within_s: float) -> None:
    """What there is goes out together: a reply that is made at once is one packet and not twenty."""
    frames = _Frames()
    filling = asyncio.ensure_future(frames.fill(events))
    try:
        while (data := await frames.taken(HEARTBEAT_S)) is not None:
            async with asyncio.timeout(within_s):
                await response.write(data or _HEARTBEAT)
        await filling  # it is over: of its own accord, or with an error
        async with asyncio.timeout(within_s):
            await response.write_eof()
    finally:
        if not filling.done():
            filling.cancel()
            await asyncio.wait({filling})
        if not filling.cancelled():
            filling.exception()  # "retrieved": what failed after its reader had left is no complaint in the log


class _Frames:
    """Events as bytes between who makes them and a reader who may be slow; when there are too many the maker waits."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._is_over = False

    async def fill(self, events: AsyncGenerator[ServerEvent]) -> None:
        """Take every event. Raises what they raise, after what came before it was taken."""
        try:
            async for event in events:
                self._frames.append(event.encoded())
                self._news.set()
                if len(self._frames) >= _MOST_FRAMES:
                    self._room.clear()
                    await self._room.wait()
        finally:
            self._is_over = True
            self._news.set()

    async def taken(self, within_s: float) -> bytes | None:
        """What has come, nothing when nothing came in time, None when nothing will."""
        try:
            async with asyncio.timeout(within_s):
                await self._news.wait()
        except TimeoutError:
            return b""
        if not self._is_over:
            self._news.clear()
        frames, self._frames = self._frames, []
        self._room.set()
        return b"".join(frames) if frames or not self._is_over else None
