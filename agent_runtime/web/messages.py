"""A message and its place in the tree: other replies, other words, and which path the session shows."""

from aiohttp import web

from agent_runtime.web.bodies import read_body, read_nothing, reply
from agent_runtime.web.idempotency import claim_of
from agent_runtime.web.kept_turns import shown
from agent_runtime.web.schemas import EditBody, RegenerateBody
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sessions import answered, content_of, guest_of


async def read(request: web.Request) -> web.Response:
    """GET /api/messages/{id}: with what stands in the same place, itself among them."""
    services, message_id = request.app[SERVICES], request.match_info["id"]
    siblings = await services.messages.siblings(message_id)
    message = next(each for each in siblings if each.id == message_id)
    return reply({"message": shown(message), "siblings": [shown(each) for each in siblings]})


async def regenerate(request: web.Request) -> web.StreamResponse:
    """POST /api/messages/{id}/regenerate: a turn that gives another reply."""
    body = await read_body(request, RegenerateBody) if request.body_exists else RegenerateBody()
    conversations, claim = request.app[SERVICES].conversations, claim_of(request, body)
    turn = conversations.regenerate(request.match_info["id"], guest_of(request, body.user), body.mode, claim=claim)
    return await answered(request, turn, claim, as_stream=body.stream)


async def edit(request: web.Request) -> web.StreamResponse:
    """POST /api/messages/{id}/edit: other words in its place; a guest's are answered anew."""
    body = await read_body(request, EditBody)
    services, claim = request.app[SERVICES], claim_of(request, body)
    content, guest = content_of(body.content, services.max_chars), guest_of(request, body.user)
    made = services.conversations.edit(request.match_info["id"], content, guest, body.mode, claim=claim)
    return await answered(request, made, claim, as_stream=body.stream)


async def select(request: web.Request) -> web.Response:
    """POST /api/messages/{id}/select: the session shows the path through it, and goes on from its end."""
    await read_nothing(request)
    tip = await request.app[SERVICES].conversations.select(request.match_info["id"])
    return reply({"tip": shown(tip)})
