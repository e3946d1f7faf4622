"""Pages of other sites: refused by browsers and by us, but for the sites that are configured (CORS)."""

import re

from aiohttp import web

from agent_runtime.web.errors import Problem
from agent_runtime.web.services import SERVICES

_TOLD = (
    "ETag, Idempotent-Replayed, Location, Retry-After, Server-Timing, "
    "X-Message-Id, X-Request-Id, X-Session-Id, X-Turn-Id, X-User-Message-Id"
)
_ASKED_FOR = re.compile(r"[A-Za-z0-9, _-]{1,1000}", re.ASCII)
_KEPT_S = 600


def preflight(request: web.Request, origin: str, target: str, hosts: frozenset[str] | None) -> web.Response | None:
    """The answer to a browser that asks whether a page of `origin` may; None where it goes on.

    `target` is what the request calls this server, `hosts` what it may be called (None: anything). Raises Problem.
    """
    place = origin.partition("://")[2]
    if place in hosts if hosts is not None else place == target:
        return None
    if origin not in request.app[SERVICES].origins:
        raise Problem(403, "foreign_origin", "requests from other sites are refused")
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    return _may(request)


def check_site(request: web.Request) -> None:
    """Raises Problem for what a page of another site asks for without saying so: it could not read the answer, but hold
    connections and streams open. Whoever follows a link is let in."""
    asked_by, mode = (request.headers.get(f"Sec-Fetch-{name}", "") for name in ("Site", "Mode"))
    if asked_by in {"cross-site", "same-site"} and mode != "navigate":
        raise Problem(403, "foreign_origin", "requests from other sites are refused")


def _may(request: web.Request) -> web.Response:
    """What it may. Nothing is known of who asks yet: a browser sends no key with this question."""
    error = request.match_info.http_exception
    allowed = error.headers.get("Allow", "") if error is not None else ""
    wanted = request.headers.get("Access-Control-Request-Headers", "")
    headers = {"Access-Control-Allow-Methods": allowed, "Access-Control-Max-Age": str(_KEPT_S)}
    if _ASKED_FOR.fullmatch(wanted):
        headers["Access-Control-Allow-Headers"] = wanted
    return web.Response(status=204, headers=headers)


async def tell_origin(request: web.Request, response: web.StreamResponse) -> None:
    """Before a head is sent: that a page of a configured site may read it."""
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "").lower()
    if origin in request.app[SERVICES].origins:
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = _TOLD
