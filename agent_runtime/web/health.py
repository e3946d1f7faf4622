"""Alive, and ready: the second asks every part how it is."""

from aiohttp import web

from agent_runtime.web.access import NOBODY, caller_of
from agent_runtime.web.bodies import reply
from agent_runtime.web.services import SERVICES


async def alive(_request: web.Request) -> web.Response:
    """GET /healthz: the process answers; no I/O"""
    return reply({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """GET /readyz: every part with its latency; 503 when the store is down or the process is stopping"""
    services = request.app[SERVICES]
    parts = await services.health()
    is_down = services.is_draining() or any(part.status == "down" for part in parts.values())
    is_whole = all(part.status == "ok" for part in parts.values())
    status = "draining" if services.is_draining() else "down" if is_down else "ok" if is_whole else "degraded"
    is_told = caller_of(request) is not NOBODY  # of its parts only who may come in
    body = {
        name: {"status": part.status, "detail": part.detail, "latency_ms": part.latency_ms}
        for name, part in (parts.items() if is_told else ())
    }
    return reply({"status": status, "parts": body}, status=503 if is_down else 200)
