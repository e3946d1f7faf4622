"""What every request passes: an id, a Host that is ours, no foreign Origin, and JSON where there is a body."""

import re
import time

from aiohttp import web
from aiohttp.typedefs import Handler

from agent_runtime.web.errors import ID, REQUEST_ID, Problem
from agent_runtime.web.services import SERVICES

_GIVEN_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_FORBIDDEN_IN_PATH = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")


@web.middleware
async def identified(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, taken from the caller where it is a plain one, and send it back with the time it took."""
    given = request.headers.get(REQUEST_ID, "")
    request_id = given if _GIVEN_ID.fullmatch(given) else request.app[SERVICES].new_id()
    request[ID] = request_id
    began = time.perf_counter()
    response = await handler(request)
    if not response.prepared:
        response.headers[REQUEST_ID] = request_id
        response.headers["Server-Timing"] = f"total;dur={(time.perf_counter() - began) * 1000:.1f}"
    return response


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a browser on another site could send: DNS rebinding, foreign origins, forms."""
    hosts = request.app[SERVICES].hosts()
    target = request.headers.get("Host", "").lower()
    if target not in hosts or not request.raw_path.startswith("/"):
        raise Problem(421, "wrong_host", "this server answers to its own address only")
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower().partition("://")[2] not in hosts:
        raise Problem(403, "foreign_origin", "requests from other sites are refused")
    if _FORBIDDEN_IN_PATH.search(request.path):
        raise Problem(400, "bad_path", "the path holds characters that do not belong there")
    if request.method in {"POST", "PUT", "PATCH"} and request.body_exists:
        _expect_json(request)
    return await handler(request)


def _expect_json(request: web.Request) -> None:
    if request.content_type != "application/json":
        raise Problem(415, "not_json", "send JSON with Content-Type: application/json")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Problem(415, "not_utf8", "send JSON in UTF-8")
    if request.headers.get("Content-Encoding", "identity").lower() not in {"identity", ""}:
        raise Problem(415, "encoded", "compressed bodies are not accepted")
