"""Running agents: as they are now, paused and muted, and made to say something."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from pydantic_core import to_json

from agent_runtime.agents.agent import Agent
from agent_runtime.core.errors import Busy, Draining
from agent_runtime.core.output import says_something
from agent_runtime.core.presence import Shape
from agent_runtime.web.bodies import read_body, read_nothing, reply
from agent_runtime.web.errors import Problem
from agent_runtime.web.schemas import SayBody
from agent_runtime.web.services import SERVICES


async def listing(request: web.Request) -> web.Response:
    """GET /api/agents: those that run, and the character files that could not be read"""
    services = request.app[SERVICES]
    data = [view(agent) for agent in services.company.running]
    return reply({"data": data, "next_cursor": None, "broken": services.broken()})


async def read(request: web.Request) -> web.Response:
    """GET /api/agents/{id}"""
    return reply(view(_agent(request)))


async def pause(request: web.Request) -> web.Response:
    """POST /api/agents/{id}/pause: it says nothing until it goes on, and is shown as paused"""
    return await _told(request, lambda agent: agent.pause())


async def resume(request: web.Request) -> web.Response:
    """POST /api/agents/{id}/resume"""
    return await _told(request, lambda agent: agent.resume())


async def mute(request: web.Request) -> web.Response:
    """POST /api/agents/{id}/mute: from before the answer on nothing is said; what waited to be said is dropped"""
    return await _told(request, lambda agent: agent.mute())


async def unmute(request: web.Request) -> web.Response:
    """POST /api/agents/{id}/unmute"""
    return await _told(request, lambda agent: agent.unmute())


async def say(request: web.Request) -> web.Response:
    """POST /api/agents/{id}/say: a line as it is given, or the agent's own answer to a prompt; 202 when it is told"""
    agent = _agent(request)
    body = await read_body(request, SayBody)
    services = request.app[SERVICES]
    if services.is_draining():
        raise Draining("the runtime is stopping")
    _check_may_speak(agent)
    text = body.content or body.prompt or ""
    if not says_something(text):
        pointer = "/content" if body.content else "/prompt"
        raise Problem(422, "invalid_body", "there is nothing in it to say", pointer=pointer)
    if body.prompt is not None:
        text = await services.improvise(agent, text)
        _check_may_speak(agent)  # thinking took a while
    if not agent.say(text):
        raise Busy("too much waits to be said already")
    return reply(view(agent), status=202)


async def _told(request: web.Request, order: Callable[[Agent], None]) -> web.Response:
    agent = _agent(request)
    await read_nothing(request)
    order(agent)
    return reply(view(agent))


def _agent(request: web.Request) -> Agent:
    return request.app[SERVICES].company.agent(request.match_info["id"])


def _check_may_speak(agent: Agent) -> None:
    if agent.is_muted:
        raise Problem(409, "silent", f"{agent.character.name} is muted; unmute it first")
    if agent.status != "ACTIVE":
        raise Problem(409, "silent", f"{agent.character.name} is {agent.status.lower()}; resume it first")


def view(agent: Agent) -> dict[str, Any]:
    """An agent with the contract's shapes inside."""
    now = agent.clock.time()
    return {
        "id": agent.id,
        "name": agent.character.name,
        "character": agent.character.slug,
        "status": agent.status,
        "muted": agent.is_muted,
        "session_id": agent.session_id,
        "mood": _shape(agent.heart.mood(now)),
        "context": _shape(agent.context()),
        "scene": _shape(agent.heart.scene(now)),
    }


def _shape(shape: Shape) -> dict[str, Any]:
    return shape.model_dump(mode="json", by_alias=True, exclude_none=True)


def snapshot(agents: tuple[Agent, ...]) -> bytes:
    """How everyone stands: what a stream begins with."""
    return to_json({"agents": [view(agent) for agent in agents]})
