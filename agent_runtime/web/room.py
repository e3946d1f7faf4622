"""Connections beyond those there is room for: told so and closed, before anything of them is read."""

import asyncio
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import structlog
from aiohttp import web
from pydantic_core import to_json

from agent_runtime.web.errors import REQUEST_ID, Problem

_AGAIN_S = 5
_OTHER_FILES = 256  # what else a runtime has open: the store, Redis, models, files, and who is turned away
_FEWEST = 16
_log = structlog.get_logger(__name__)
_LINGER_S = 1.0


@dataclass
class Room:
    """How many connections there may be, and are."""

    most: int
    taken: int = 0

    @classmethod
    def of(cls, most: int) -> "Room":
        """Room for `most`, or for as many as this process may have files open: a connection is one, and without any
        left the store and the file of keys could not be read."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < most + _OTHER_FILES:
            soft = most + _OTHER_FILES if hard == resource.RLIM_INFINITY else min(hard, most + _OTHER_FILES)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            if soft < most + _OTHER_FILES:
                asked, most = most, min(most, max(soft - _OTHER_FILES, _FEWEST))
                _log.warning("room for fewer connections than configured", room=most, configured=asked, open_files=soft)
        return cls(most)

    def enter(self) -> bool:
        """Take a place; False where there is none."""
        if self.taken >= self.most:
            return False
        self.taken += 1
        return True

    def leave(self) -> None:
        """Give it back."""
        self.taken -= 1


class TurnedAway(asyncio.Protocol):
    """Says 503 and that it was all. What still comes is not read; who does not leave is cut off a second later."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        client = cast("asyncio.Transport", transport)  # uvloop's is none by name
        client.write(_refusal(self._new_id()))
        client.write_eof()  # to close at once would take back what was said, where a request has come
        asyncio.get_running_loop().call_later(_LINGER_S, client.abort)


def _refusal(request_id: str) -> bytes:
    problem = Problem(503, "full", "too many connections are open; come again later").document()
    body = to_json(problem | {"request_id": request_id})
    head = (
        f"HTTP/1.1 503 {web.HTTPServiceUnavailable().reason}\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nRetry-After: {_AGAIN_S}\r\n{REQUEST_ID}: {request_id}\r\n"
        f"Connection: close\r\n\r\n"
    )
    return head.encode() + body
