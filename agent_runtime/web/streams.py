"""The streams and sockets that are open: no more than may be, and none of a key that was revoked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from agent_runtime.web.access import CALLER, LOCAL, Caller
from agent_runtime.web.errors import Problem

_AGAIN_S = 5


@dataclass
class Streams:
    """Requests that are answered by events as they come, at most `most` of them."""

    most: int
    _open: dict[int, web.Request] = field(default_factory=dict)  # a request has no hash

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def enter(self, request: web.Request) -> None:
        """A stream is about to begin. Raises Problem, 503, when there are too many."""
        if len(self._open) >= self.most:
            self._let_go()
        if len(self._open) >= self.most:
            raise Problem(503, "full", "too many event streams are open; come again later", retry_after=_AGAIN_S)
        self._open[id(request)] = request

    def _let_go(self) -> None:
        """Forget those whose reader has left: they end by themselves, but only with their next word."""
        for key, request in list(self._open.items()):
            if request.transport is None or request.transport.is_closing():
                del self._open[key]

    def leave(self, request: web.Request) -> None:
        """Its request is answered; nothing where it was no stream."""
        self._open.pop(id(request), None)

    def drop(self, is_welcome: Callable[[Caller], bool]) -> None:
        """End those of callers who would not be let in any more."""
        for request in list(self._open.values()):
            if not is_welcome(request.get(CALLER, LOCAL)) and request.transport is not None:
                request.transport.abort()


STREAMS = web.AppKey("streams", Streams)
