"""Turns: one as it stands, as a stream that can be taken up again, stopped, and with the prompt it was asked with."""

import re
from collections.abc import AsyncGenerator
from typing import Any

from aiohttp import web
from pydantic_core import to_json

from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.core.authoring import Drafted
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.turns import KeptTurn
from agent_runtime.web.bodies import read_nothing, reply
from agent_runtime.web.errors import problem_of
from agent_runtime.web.kept_turns import draft_shown, shown, text_of, told
from agent_runtime.web.schemas import TurnView
from agent_runtime.web.services import SERVICES, Services
from agent_runtime.web.sse import ServerEvent, stream

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


async def read(request: web.Request) -> web.Response:
    """GET /api/turns/{id}"""
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    return reply(await _standing(services, await services.turns.get(turn_id)))


async def follow(request: web.Request) -> web.StreamResponse:
    """GET /api/turns/{id}/stream: from the beginning, or behind `Last-Event-ID`."""
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    live = services.conversations.recent.get(turn_id)
    if live is not None:
        after = _last_event(request)
        # Of a later place nobody can have heard: it is of another stream.
        newest = live.pieces + (len(("message", "done")) if live.is_over else 0)
        return await stream(request, events(live, after if after is not None and after <= newest else None))
    return await stream(request, told(services, await services.turns.get(turn_id)))


async def stop(request: web.Request) -> web.Response:
    """POST /api/turns/{id}/stop"""
    await read_nothing(request)
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    return reply(await _standing(services, await services.conversations.stop(turn_id)))


async def trace(request: web.Request) -> web.Response:
    """GET /api/turns/{id}/trace"""
    services, turn_id = request.app[SERVICES], request.match_info["id"]
    return reply(await services.tracing.of(services.conversations.recent.get(turn_id), turn_id))


async def events(turn: Turn, after: int | None = None) -> AsyncGenerator[ServerEvent]:
    """snapshot, deltas and drafts of the author, then the kept message and done, or a problem; only what comes behind
    `after`."""
    if after is None:
        snapshot = {"turn_id": turn.id, "user_message": shown(turn.user_message), "text": ""}
        yield ServerEvent("snapshot", to_json(snapshot), "0")
    number = 0
    async for place, part in turn.parts(after or 0):
        number = place
        if isinstance(part, Drafted):
            yield ServerEvent("draft", to_json(draft_shown(part)), str(number))
        else:
            yield ServerEvent("delta", to_json({"text": part}), str(number))
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


def timing(turn: Turn) -> str:
    """`Server-Timing`: prompt, first token and total, in milliseconds."""
    return ", ".join(f"{name};dur={value}" for name, value in turn.timings.milliseconds().items())


def reply_body(finished: Reply) -> dict[str, Any]:
    """A turn that is done, as JSON; `draft` only where the author made one."""
    draft = {"draft": draft_shown(finished.draft)} if finished.draft is not None else {}
    return {
        "turn_id": finished.turn_id,
        "message": shown(finished.message),
        "user_message": shown(finished.user_message),
        "mood": finished.mood.value,
        "usage": {
            "prompt_tokens": finished.finish.prompt_tokens,
            "completion_tokens": finished.finish.completion_tokens,
        },
        **draft,
    }


async def _standing(services: Services, kept: KeptTurn) -> TurnView:
    live = services.conversations.recent.get(kept.id)
    if live is None:
        return TurnView.of(kept, None, await text_of(services, kept))
    if live.is_over and kept.state in ("accepted", "running"):  # it ended while we looked
        kept = await services.turns.get(kept.id)
    return TurnView.of(kept, live)


def _last_event(request: web.Request) -> int | None:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if _NUMBER.fullmatch(text) else None
