"""One connection of a client: what is not HTTP is refused in the words of the API, and half a request ends it."""

import asyncio
import re
from asyncio import TimerHandle
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod
from aiohttp.web_request import BaseRequest

from agent_runtime.web.errors import REQUEST_ID, Problem, respond
from agent_runtime.web.room import Room, TurnedAway

HEAD_WITHIN_S = 10.0
# No access log, compressed bodies are refused before anything is unpacked, and who says nothing for long is let go.
_OPTIONS: Mapping[str, Any] = {"access_log": None, "auto_decompress": False, "keepalive_timeout": 75.0}
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_REQUEST_LINE = re.compile(r"'[A-Za-z][A-Za-z0-9-]* /\S* HTTP/1\.[01]'", re.ASCII)
_log = structlog.get_logger(__name__)


class Connection(web.RequestHandler):
    """`head_within_s` is how long a client may take from its first byte, or from connecting, to the end of a head.

    `refused` is told the code of every problem that is answered here.
    """

    __slots__ = ("_head_within_s", "_is_answering", "_late", "_new_id", "_refused", "_room")

    def __init__(
        self,
        server: web.Server,
        *,
        new_id: Callable[[], str],
        room: Room,
        head_within_s: float = HEAD_WITHIN_S,
        refused: Callable[[str], None] = lambda _code: None,
        **options: Any,
    ) -> None:
        super().__init__(server, **_OPTIONS, **options)
        self._new_id = new_id
        self._refused = refused
        self._room = room
        self._head_within_s = head_within_s
        self._late: TimerHandle | None = None
        self._is_answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._room.enter():
            self._refused("full")
            transport.set_protocol(other := TurnedAway(self._new_id))
            other.connection_made(transport)
            return
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_answering:
            self._wait_for_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._room.leave()
        self._stop_waiting()
        super().connection_lost(exc)

    def begin(self) -> None:
        """A head has come: its request is answered, as slowly as that takes."""
        self._is_answering = True
        self._stop_waiting()

    def end(self) -> None:
        """The request is answered."""
        self._is_answering = False

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer where there is no request yet, or no handler any more. Closes the connection."""
        self._stop_waiting()
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        response = self._refusal(status, exc, message or "")
        response.force_close()
        return response

    def _refusal(self, status: int, exc: BaseException | None, message: str) -> web.Response:
        request_id, allow = self._new_id(), None
        if status >= 500:
            _log.error("connection failed", status=status, request_id=request_id, exc_info=exc)
            problem = Problem(500, "internal", "something went wrong here; the log tells what")
        elif isinstance(exc, BadHttpMethod) and _REQUEST_LINE.search(message):
            problem, allow = (
                Problem(405, "method_not_allowed", f"no URL takes this method; they take {_METHODS}"),
                _METHODS,
            )
        else:
            problem = Problem(400, "not_http", "this is not a request of HTTP/1.1 as it should be")
        self._refused(problem.code)
        response = respond(request_id, problem.document(), allow=allow)
        response.headers[REQUEST_ID] = request_id
        return response

    def _wait_for_head(self) -> None:
        if self._late is None and self.transport is not None:
            self._late = asyncio.get_running_loop().call_later(self._head_within_s, self.force_close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
