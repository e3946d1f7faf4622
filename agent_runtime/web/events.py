"""Live events over HTTP: taken in, listed from the log, and streamed as they happen."""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from agent_runtime.core.errors import Draining
from agent_runtime.web.bodies import EVENTS_BODY_BYTES, limit_of, read_json, reply
from agent_runtime.web.errors import Problem
from agent_runtime.web.schemas import EventView
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sse import stream
from agent_runtime.web.watching import Watch

_MOST_EVENTS = 5000


async def post(request: web.Request) -> web.Response:
    """POST /api/events: one envelope or an array; 202 when they are in the event log"""
    body = await read_json(request, EVENTS_BODY_BYTES)
    events = body if isinstance(body, list) else [body]
    if not events or len(events) > _MOST_EVENTS:
        raise Problem(422, "invalid_body", f"send 1 to {_MOST_EVENTS} events at a time", pointer="")
    services = request.app[SERVICES]
    if services.is_draining():
        raise Draining("the runtime is stopping")
    return reply(dict(await services.post(events)), status=202)


async def listing(request: web.Request) -> web.Response:
    """GET /api/events?type=&since=&dead=&limit=&cursor="""
    query = request.query
    page = await request.app[SERVICES].events.list(
        limit=limit_of(request),
        cursor=query.get("cursor"),
        kind=query.get("type"),
        since=_since(query.get("since")),
        dead=_flag(query.get("dead")),
    )
    data: list[dict[str, Any]] = [EventView.of(each).model_dump(mode="json") for each in page.data]
    return reply({"data": data, "next_cursor": page.next_cursor})


async def follow(request: web.Request) -> web.StreamResponse:
    """GET /api/events/stream: a snapshot, then everything heard and said; resumes from Last-Event-ID"""
    return await stream(request, Watch.of(request).events())


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Problem(422, "invalid_query", "since must be a time such as 2026-11-21T10:00:00Z") from error


def _flag(text: str | None) -> bool | None:
    if text is None:
        return None
    if text.lower() not in {"true", "false"}:
        raise Problem(422, "invalid_query", "dead must be true or false")
    return text.lower() == "true"
