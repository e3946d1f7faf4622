"""Turns: one as it stands, as a stream that can be taken up again, stopped, and with the prompt it was asked with."""

import re
from collections.abc import AsyncGenerator
from typing import Any

from aiohttp import web
from pydantic_core import to_json

from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import Interrupted, ModelFailed, RuntimeFault
from agent_runtime.core.turns import KeptTurn
from agent_runtime.web.bodies import read_nothing, reply
from agent_runtime.web.errors import Problem, problem_of
from agent_runtime.web.idempotency import REPLAYED
from agent_runtime.web.schemas import MessageView, TurnView
from agent_runtime.web.services import SERVICES, Services
from agent_runtime.web.sse import ServerEvent, stream

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


async def read(request: web.Request) -> web.Response:
    """GET /api/turns/{id}"""
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    kept = await services.turns.get(turn_id)
    live = services.conversations.recent.get(turn_id)
    return reply(TurnView.of(kept, live))


async def follow(request: web.Request) -> web.StreamResponse:
    """GET /api/turns/{id}/stream: from the beginning, or behind `Last-Event-ID`."""
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    live = services.conversations.recent.get(turn_id)
    if live is not None:
        after = _last_event(request)
        is_of_it = after is not None and after <= live.pieces + len(("message", "done"))
        return await stream(request, events(live, after if is_of_it else None))
    return await stream(request, _told(services, await services.turns.get(turn_id)))


async def stop(request: web.Request) -> web.Response:
    """POST /api/turns/{id}/stop"""
    await read_nothing(request)
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    kept = await services.conversations.stop(turn_id)
    return reply(TurnView.of(kept, services.conversations.recent.get(turn_id)))


async def trace(request: web.Request) -> web.Response:
    """GET /api/turns/{id}/trace"""
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    return reply(await services.tracing.of(services.conversations.recent.get(turn_id), turn_id))


async def events(turn: Turn, after: int | None = None) -> AsyncGenerator[ServerEvent]:
    """snapshot, deltas, then the kept message and done, or a problem; only what comes behind `after`."""
    if after is None:
        snapshot = {"turn_id": turn.id, "user_message": shown(turn.user_message), "text": ""}
        yield ServerEvent("snapshot", to_json(snapshot), "0")
    number = 0
    async for place, delta in turn.deltas(after or 0):
        number = place
        yield ServerEvent("delta", to_json({"text": delta}), str(number))
    last = max(number, turn.pieces)
    for place, event in enumerate(await _ending(turn), start=last + 1):
        if after is None or place > after:
            yield ServerEvent(event[0], event[1], str(place))


async def _ending(turn: Turn) -> list[tuple[str, bytes]]:
    try:
        finished = await turn.reply()
    except RuntimeFault as fault:
        kept = [("message", to_json(shown(turn.partial)))] if turn.partial is not None else []
        return [*kept, ("problem", to_json(problem_of(fault)))]
    return [("message", to_json(shown(finished.message))), ("done", to_json(reply_body(finished)))]


async def _told(services: Services, kept: KeptTurn) -> AsyncGenerator[ServerEvent]:
    """A turn of long ago: its pieces are not known any more, so the snapshot holds all of it."""
    question = await services.messages.get(kept.user_message_id)
    message = await services.messages.get(kept.message_id) if kept.message_id else None
    text = message.content if message is not None else ""
    snapshot = {"turn_id": kept.id, "user_message": shown(question), "text": text}
    yield ServerEvent("snapshot", to_json(snapshot), "0")
    if message is not None:
        yield ServerEvent("message", to_json(shown(message)), "1")
    if message is not None and kept.state == "done":
        yield ServerEvent("done", to_json(_kept_body(kept, question, message)), "2")
    else:
        yield ServerEvent("problem", to_json(problem_of(_fault_of(kept))), "2")


async def replay(request: web.Request, turn_id: str, *, as_stream: bool) -> web.StreamResponse:
    """What a turn was answered with, for the same request sent again. Raises Problem for one that goes on."""
    services = request.app[SERVICES]
    kept = await services.turns.get(turn_id)
    if kept.state in ("accepted", "running"):
        problem = Problem(409, "turn_running", f"this request is being answered, by turn {turn_id}")
        problem.more["turn_id"] = turn_id
        raise problem
    if as_stream:
        return await stream(request, _told(services, kept), {REPLAYED: "true"})
    if kept.state != "done" or kept.message_id is None:
        raise Problem(409, kept.state, f"turn {turn_id} was not completed ({kept.error}); ask again with a new key")
    question, message = await services.messages.get(kept.user_message_id), await services.messages.get(kept.message_id)
    response = reply(_kept_body(kept, question, message))
    response.headers[REPLAYED] = "true"
    return response


def timing(turn: Turn) -> str:
    """`Server-Timing`: prompt, first token and total, in milliseconds."""
    return ", ".join(f"{name};dur={value}" for name, value in turn.timings.milliseconds().items())


def reply_body(finished: Reply) -> dict[str, Any]:
    """A turn that is done, as JSON."""
    return {
        "turn_id": finished.turn_id,
        "message": shown(finished.message),
        "user_message": shown(finished.user_message),
        "mood": finished.mood.value,
        "usage": {
            "prompt_tokens": finished.finish.prompt_tokens,
            "completion_tokens": finished.finish.completion_tokens,
        },
    }


def shown(message: Message) -> dict[str, Any]:
    """A message as JSON."""
    return MessageView.of(message).model_dump(mode="json")


def _kept_body(kept: KeptTurn, question: Message, message: Message) -> dict[str, Any]:
    return {
        "turn_id": kept.id,
        "message": shown(message),
        "user_message": shown(question),
        "mood": kept.mood or "NEUTRAL",
        "usage": {"prompt_tokens": kept.prompt_tokens, "completion_tokens": kept.completion_tokens},
    }


def _fault_of(kept: KeptTurn) -> RuntimeFault:
    why = kept.error or "the reply was stopped before it was complete"
    if kept.error_code == ModelFailed.code:
        return ModelFailed("truncated" if kept.state == "truncated" else "refused", why)
    return Interrupted(why)


def _last_event(request: web.Request) -> int | None:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if _NUMBER.fullmatch(text) else None
