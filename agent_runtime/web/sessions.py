"""Sessions and messages: start, list, read, and take a turn as JSON or as a stream."""

from collections.abc import AsyncGenerator
from typing import Any

from aiohttp import web
from pydantic_core import to_json

from agent_runtime.chat.conversations import Guest
from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.web.bodies import limit_of, page_reply, read_body, reply
from agent_runtime.web.errors import Problem, problem_of
from agent_runtime.web.schemas import MessageView, NewSessionBody, SessionView, TurnBody, UserBody
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sse import ServerEvent, stream


async def create(request: web.Request) -> web.Response:
    """POST /api/sessions"""
    body = await read_body(request, NewSessionBody)
    services = request.app[SERVICES]
    session = await services.conversations.start(body.character, _guest(body.user), body.metadata)
    response = reply(SessionView.of(session), status=201)
    response.headers["Location"] = f"/api/sessions/{session.id}"
    return response


async def listing(request: web.Request) -> web.Response:
    """GET /api/sessions, newest first"""
    page = await request.app[SERVICES].sessions.list(
        limit=limit_of(request), cursor=request.query.get("cursor"), character=request.query.get("character")
    )
    return page_reply([SessionView.of(each).model_dump(mode="json") for each in page.data], page.next_cursor)


async def read(request: web.Request) -> web.Response:
    """GET /api/sessions/{id}"""
    return reply(SessionView.of(await request.app[SERVICES].sessions.get(request.match_info["id"])))


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/sessions/{id}"""
    await request.app[SERVICES].sessions.delete(request.match_info["id"])
    return web.Response(status=204)


async def messages(request: web.Request) -> web.Response:
    """GET /api/sessions/{id}/messages, ascending"""
    page = await request.app[SERVICES].messages.list(
        request.match_info["id"], limit=limit_of(request), cursor=request.query.get("cursor")
    )
    return page_reply([_message(each) for each in page.data], page.next_cursor)


async def turn(request: web.Request) -> web.StreamResponse:
    """POST /api/sessions/{id}/messages"""
    body = await read_body(request, TurnBody)
    services = request.app[SERVICES]
    content = _content(body.content, services.max_chars)
    running = await services.conversations.say(request.match_info["id"], content, _guest(body.user), mode=body.mode)
    if body.stream or "text/event-stream" in request.headers.get("Accept", ""):
        return await stream(request, _events(running))
    return reply(_reply(await running.reply()))


async def _events(running: Turn) -> AsyncGenerator[ServerEvent]:
    """snapshot, deltas, then the kept message and done, or a problem."""
    number = 0
    snapshot = {"turn_id": running.id, "user_message": _message(running.user_message), "text": ""}
    yield ServerEvent("snapshot", to_json(snapshot), str(number))
    async for delta in running.deltas():
        number += 1
        yield ServerEvent("delta", to_json({"text": delta}), str(number))
    try:
        finished = await running.reply()
    except RuntimeFault as fault:
        yield ServerEvent("problem", to_json(problem_of(fault)), str(number + 1))
        return
    yield ServerEvent("message", to_json(_message(finished.message)), str(number + 1))
    yield ServerEvent("done", to_json(_reply(finished)), str(number + 2))


def _content(text: str, max_chars: int) -> str:
    if len(text) > max_chars:
        raise Problem(413, "too_large", f"a message may have at most {max_chars} characters", pointer="/content")
    if "\x00" in text:
        raise Problem(422, "invalid_body", "a message may not hold NUL characters", pointer="/content")
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise Problem(422, "invalid_body", "a message must not be empty", pointer="/content")
    return text


def _guest(user: UserBody | None) -> Guest:
    return Guest(user.id, user.name) if user is not None else Guest()


def _message(message: Message) -> dict[str, Any]:
    return MessageView.of(message).model_dump(mode="json")


def _reply(finished: Reply) -> dict[str, Any]:
    usage = {
        "prompt_tokens": finished.finish.prompt_tokens,
        "completion_tokens": finished.finish.completion_tokens,
    }
    return {
        "turn_id": finished.turn_id,
        "message": _message(finished.message),
        "user_message": _message(finished.user_message),
        "mood": finished.mood.value,
        "usage": usage,
    }
