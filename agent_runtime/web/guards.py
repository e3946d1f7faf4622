"""What every request passes: an id, a Host that is ours, no foreign Origin, a key, and JSON where there is a body."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.typedefs import Handler

from agent_runtime.web.access import CALLER
from agent_runtime.web.admitting import ADMISSION
from agent_runtime.web.connection import Connection
from agent_runtime.web.errors import ID, REQUEST_ID, Problem
from agent_runtime.web.origins import check_site, preflight
from agent_runtime.web.services import SERVICES
from agent_runtime.web.streams import STREAMS

_GIVEN_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_FORBIDDEN_IN_PATH = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")

_JSON_ONLY = ("application/json",)
BODY_TYPES = web.AppKey("body_types", Mapping[Handler, tuple[str, ...]])


@web.middleware
async def identified(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, the caller's own where it is a plain one, and send it back with the time it took."""
    request_id = request[ID] = _id_of(request)
    began = time.perf_counter()
    with _answered(request.protocol):
        response = await handler(request)
    if not response.prepared:
        response.headers[REQUEST_ID] = request_id
        took = f"total;dur={(time.perf_counter() - began) * 1000:.1f}"
        response.headers.setdefault("Server-Timing", took)  # a turn tells more of itself
    return response


@contextmanager
def _answered(connection: web.RequestHandler) -> Iterator[None]:
    """Tell the connection that a head has come, and when its request is answered."""
    if not isinstance(connection, Connection):  # a server of somebody else's
        yield
        return
    connection.begin()
    try:
        yield
    finally:
        connection.end()


def _id_of(request: web.Request) -> str:
    given = request.headers.get(REQUEST_ID, "")
    return given if _GIVEN_ID.fullmatch(given) else request.app[SERVICES].new_id()


async def expect_later(_request: web.Request) -> None:
    """Leave the header Expect to `guarded`: aiohttp would let a body come that nobody has agreed to take."""


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a browser on another site could send: DNS rebinding, foreign origins, forms; and who has no key."""
    if request.version not in {HttpVersion10, HttpVersion11}:
        raise Problem(400, "bad_version", "send HTTP/1.1")
    hosts = request.app[SERVICES].hosts()
    target = request.headers.get("Host", "").lower()
    if (hosts is not None and target not in hosts) or not request.raw_path.startswith("/"):
        raise Problem(421, "wrong_host", "this server answers to its own address only")
    origin = request.headers.get("Origin")
    if origin is not None and (answer := preflight(request, origin.lower(), target, hosts)) is not None:
        return answer
    if origin is None:
        check_site(request)
    request[CALLER] = await request.app[ADMISSION].admit(request)
    if _FORBIDDEN_IN_PATH.search(request.path):
        raise Problem(400, "bad_path", "the path holds characters that do not belong there")
    if request.method in {"POST", "PUT", "PATCH"} and request.body_exists:
        _expect_type(request)
    await _go_on(request)
    try:
        return await handler(request)
    finally:
        request.app[STREAMS].leave(request)


async def _go_on(request: web.Request) -> None:
    """Ask for the body where the caller waits to be asked."""
    expectation = request.headers.get("Expect")
    if expectation is None or request.version == HttpVersion10:
        return
    if expectation.lower() != "100-continue":
        raise Problem(417, "expectation", "the only expectation met here is 100-continue")
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # the answer itself has not begun


def _expect_type(request: web.Request) -> None:
    """JSON, or what the URL takes; never what a form on another site can send."""
    if request.match_info.http_exception is not None:  # 404 or 405: nobody reads the body
        return
    types = request.app[BODY_TYPES].get(request.match_info.handler, _JSON_ONLY)
    if request.content_type not in types:
        if types == _JSON_ONLY:
            raise Problem(415, "not_json", "send JSON with Content-Type: application/json")
        raise Problem(415, "wrong_type", f"send it with its Content-Type: {', '.join(types)}")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Problem(415, "not_utf8", "send it in UTF-8")
    if request.headers.get("Content-Encoding", "identity").lower() not in {"identity", ""}:
        raise Problem(415, "encoded", "compressed bodies are not accepted")
