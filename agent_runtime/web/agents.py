"""Running agents, as they are now."""

from typing import Any

from aiohttp import web
from pydantic_core import to_json

from agent_runtime.agents.agent import Agent
from agent_runtime.core.presence import Shape
from agent_runtime.web.bodies import reply
from agent_runtime.web.services import SERVICES


async def listing(request: web.Request) -> web.Response:
    """GET /api/agents: those that run, and the character files that could not be read"""
    services = request.app[SERVICES]
    data = [view(agent) for agent in services.company.running]
    return reply({"data": data, "next_cursor": None, "broken": services.broken()})


async def read(request: web.Request) -> web.Response:
    """GET /api/agents/{id}"""
    return reply(view(request.app[SERVICES].company.agent(request.match_info["id"])))


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
