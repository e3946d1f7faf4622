"""Figures for those who watch many runtimes: requests are counted here, and GET /metrics tells everything counted."""

import time

from aiohttp import web
from aiohttp.typedefs import Handler

from agent_runtime.web.errors import CODE
from agent_runtime.web.services import SERVICES
from agent_runtime.web.streams import STREAMS


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the answer, whoever gives it."""
    began = time.perf_counter()
    response = await handler(request)
    tally = request.app[SERVICES].tally
    tally.answered(request, response, began)
    if response.status >= 400 and (code := response.get(CODE)) is not None:
        tally.refused(code)
    return response


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics: the text format of Prometheus, or OpenMetrics where that is asked for"""
    services = request.app[SERVICES]
    services.tally.watchers = request.app[STREAMS].count
    body, media = services.exposition(request.headers.get("Accept", ""))
    return web.Response(body=body, headers={"Content-Type": media, "Cache-Control": "no-store"})
