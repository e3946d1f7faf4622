"""Characters as models."""

from aiohttp import web

from agent_runtime.agents.company import Company
from agent_runtime.web.bodies import reply
from agent_runtime.web.errors import Problem
from agent_runtime.web.openai.schemas import ModelList, ModelView
from agent_runtime.web.services import SERVICES


async def models(request: web.Request) -> web.Response:
    """GET /v1/models"""
    company = request.app[SERVICES].company
    return reply(ModelList(data=tuple(_view(company, slug) for slug in sorted(company.characters))))


async def model(request: web.Request) -> web.Response:
    """GET /v1/models/{id}"""
    company, slug = request.app[SERVICES].company, request.match_info["id"]
    if slug not in company.characters:
        raise Problem(404, "not_found", f"there is no model {slug[:100]!r}", pointer="/model")
    return reply(_view(company, slug))


def _view(company: Company, slug: str) -> ModelView:
    return ModelView(id=slug, name=company.character(slug).name)
