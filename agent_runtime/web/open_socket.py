"""One socket: events go out, a watcher's asks come in, and a peer who is gone, deaf or too busy is let go."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import NoReturn

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic_core import to_json

from agent_runtime.core.clock import Clock
from agent_runtime.web.errors import Problem
from agent_runtime.web.socket_messages import FilterAsk, FilterView, PingAsk, PongView, SnapshotAsk, encoded, read_ask
from agent_runtime.web.sse import HEARTBEAT_S, ServerEvent
from agent_runtime.web.watching import Watch

LONGEST_BYTES = 4096
_MOST_MISTAKES = 5
_MOST_AT_ONCE, _PER_S = 30.0, 5.0
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a peer is asked whether it is there; how long it may take to answer, to read, and to part."""

    heartbeat_s: float = HEARTBEAT_S
    pong_within_s: float = 10.0
    write_within_s: float = 10.0
    close_within_s: float = 1.0


PACE = Pace()


class _Over(Exception):
    """The socket ends: with this code and reason, or without a word where nobody would hear it."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass
class Socket:
    """`run` ends when the peer leaves, is let go, or there are no more events."""

    ws: web.WebSocketResponse
    watch: Watch
    request_id: str
    clock: Clock
    pace: Pace = PACE
    _pong: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _mistakes: int = field(default=0, init=False)
    _allowed: float = field(default=_MOST_AT_ONCE, init=False)
    _counted_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._counted_at = self.clock.monotonic()

    async def run(self) -> None:
        """Keep it up until it is over, and say goodbye to a peer who listens."""
        ends: list[_Over] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                for each in (self._tell(), self._hear(), self._beat()):
                    tasks.create_task(each, name=f"socket {self.request_id}")
        except* _Over as group:
            ends += [end for end in group.exceptions if isinstance(end, _Over)]
        code = ends[0].code
        if code is not None:
            with suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(2 * self.pace.close_within_s):
                    await self.ws.close(code=code, message=ends[0].reason.encode())

    async def _tell(self) -> NoReturn:
        """Send what there is to see."""
        sent = 0
        async with aclosing(self.watch.events()) as events:
            async for event in events:
                await self._send(encoded(event))
                sent += 1
                if sent % _TOGETHER == 0:
                    await asyncio.sleep(0)  # a burst is handed on without waiting: let others have their turn
        raise _Over(WSCloseCode.GOING_AWAY, "the runtime is stopping")

    async def _beat(self) -> NoReturn:
        """Ask whether the peer is there."""
        while True:
            await asyncio.sleep(self.pace.heartbeat_s)
            self._pong.clear()
            await self._send(b"", WSMsgType.PING)
            try:
                async with asyncio.timeout(self.pace.pong_within_s):
                    await self._pong.wait()
            except TimeoutError as error:
                raise _Over from error

    async def _hear(self) -> NoReturn:
        """Answer what the peer asks."""
        while True:
            message = await self.ws.receive()
            self._count()
            match message.type:
                case WSMsgType.TEXT:
                    await self._send(encoded(self._answer(message.data)))
                case WSMsgType.PING:
                    await self._send(message.data, WSMsgType.PONG)
                case WSMsgType.PONG:
                    self._pong.set()
                case WSMsgType.BINARY:
                    raise _Over(WSCloseCode.UNSUPPORTED_DATA, "send text")
                case _:
                    raise _Over

    def _count(self) -> None:
        """So much at once, so much a second, whatever it is."""
        now = self.clock.monotonic()
        self._allowed = min(_MOST_AT_ONCE, self._allowed + (now - self._counted_at) * _PER_S) - 1
        self._counted_at = now
        if self._allowed < 0:
            raise _Over(WSCloseCode.POLICY_VIOLATION, "too many messages")

    def _answer(self, text: str) -> ServerEvent:
        try:
            answer = self._answered(text)
        except Problem as problem:
            self._mistakes += 1
            if self._mistakes > _MOST_MISTAKES:
                raise _Over(WSCloseCode.POLICY_VIOLATION, "too many messages that make no sense") from problem
            document = problem.document() | {"request_id": self.request_id}
            return ServerEvent("problem", to_json(document), self.watch.id)
        self._mistakes = 0
        return answer

    def _answered(self, text: str) -> ServerEvent:
        match read_ask(text):
            case PingAsk(token=token):
                pong = PongView(token=token).model_dump_json(exclude_none=True)
                return ServerEvent("pong", pong.encode(), self.watch.id)
            case FilterAsk(types=types, agents=agents):
                self.watch.want(types, agents)
                chosen = FilterView.of(self.watch.wanted).model_dump_json()
                return ServerEvent("filter", chosen.encode(), self.watch.id)
            case SnapshotAsk():
                return self.watch.snapshot()

    async def _send(self, data: bytes, kind: WSMsgType = WSMsgType.TEXT) -> None:
        """Write a frame. What a peer has not taken waits in one small buffer, and not for ever."""
        try:
            async with asyncio.timeout(self.pace.write_within_s):
                await self.ws.send_frame(data, kind)
        except (TimeoutError, ConnectionError) as error:
            raise _Over from error
