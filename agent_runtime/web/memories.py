"""What an agent remembers: listed, called to mind, and forgotten."""

from typing import Any

from aiohttp import web

from agent_runtime.core.clock import utc
from agent_runtime.core.memory import Memory
from agent_runtime.core.text import plain
from agent_runtime.web.bodies import limit_of, page_reply, reply
from agent_runtime.web.errors import Problem
from agent_runtime.web.schemas import MemoryView
from agent_runtime.web.services import SERVICES

_LONGEST_QUESTION = 500
_LONGEST_USER = 200


async def listing(request: web.Request) -> web.Response:
    """GET /api/agents/{id}/memories, newest first; with ?q= what comes to mind at it, best first"""
    agent_id, limit, query = _agent_id(request), limit_of(request), request.query
    if "q" in query:
        return await _recalled(request, agent_id, limit)
    if "user" in query:
        raise Problem(422, "invalid_query", "user says whose private memories q may find; give q too")
    page = await request.app[SERVICES].memories.list(agent_id, limit=limit, cursor=query.get("cursor"))
    return page_reply([_view(each) for each in page.data], page.next_cursor)


async def forget(request: web.Request) -> web.Response:
    """DELETE /api/agents/{id}/memories/{memory_id}"""
    await request.app[SERVICES].memories.forget(_agent_id(request), request.match_info["memory_id"])
    return web.Response(status=204)


async def forget_all(request: web.Request) -> web.Response:
    """DELETE /api/agents/{id}/memories: all of them, private ones too"""
    return reply({"forgotten": await request.app[SERVICES].memories.forget_all(_agent_id(request))})


async def _recalled(request: web.Request, agent_id: str, limit: int) -> web.Response:
    services, question = request.app[SERVICES], request.query["q"]
    if not 0 < len(question) <= _LONGEST_QUESTION or not plain(question, _LONGEST_QUESTION):
        raise Problem(422, "invalid_query", f"q must have 1 to {_LONGEST_QUESTION} characters")
    if "cursor" in request.query:
        raise Problem(422, "invalid_query", "what comes to mind is one page; q takes no cursor")
    about = request.query.get("user") or None
    if about is not None and not (len(about) <= _LONGEST_USER and about.isprintable()):
        raise Problem(422, "invalid_query", f"user must have 1 to {_LONGEST_USER} plain characters")
    now = utc(services.clock.time())
    found = await services.memories.recall(
        agent_id, plain(question, _LONGEST_QUESTION), now=now, about_user=about, limit=limit
    )
    return page_reply([_view(each.memory, each.score) for each in found], None)


def _agent_id(request: web.Request) -> str:
    """Whoever can be talked to may remember, whether it runs or not. Raises NotFound."""
    return request.app[SERVICES].company.character(request.match_info["id"]).slug


def _view(memory: Memory, score: float | None = None) -> dict[str, Any]:
    return MemoryView.of(memory, score).model_dump(mode="json", exclude={"score"} if score is None else None)
