"""Turns that are told from the store: of long ago, of before a restart, of another process; and answers given again."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from aiohttp import web
from pydantic_core import to_json

from agent_runtime.chat.talks import NOBODY
from agent_runtime.core.authoring import Drafted
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import Interrupted, ModelFailed, RuntimeFault
from agent_runtime.core.turns import Claimed, KeptTurn
from agent_runtime.web.bodies import reply
from agent_runtime.web.errors import Problem, problem_of
from agent_runtime.web.idempotency import REPLAYED
from agent_runtime.web.schemas import MessageView
from agent_runtime.web.services import SERVICES, Services
from agent_runtime.web.sse import ServerEvent, stream

_LOOKS_EVERY_S = 0.25


async def told(services: Services, kept: KeptTurn) -> AsyncGenerator[ServerEvent]:
    """Its pieces are not known: the snapshot holds all of the reply; of one that runs elsewhere it comes at the end."""
    question = await services.messages.get(kept.user_message_id)
    is_over = not _is_running(kept)
    message = await _reply_of(services, kept) if is_over else None
    yield _event("snapshot", {"turn_id": kept.id, "user_message": shown(question), "text": _text(message)}, 0)
    number = 0
    if not is_over:
        kept = await _over(services, kept.id)
        message = await _reply_of(services, kept)
        if message is not None:
            number += 1
            yield _event("delta", {"text": message.content}, number)
    if message is not None:
        number += 1
        yield _event("message", shown(message), number)
    if message is not None and kept.state == "done":
        yield _event("done", await _body(services, kept, question, message), number + 1)
    else:
        yield _event("problem", problem_of(_fault_of(kept)), number + 1)


async def replay(request: web.Request, claimed: Claimed, *, as_stream: bool) -> web.StreamResponse:
    """What was answered to the same request, given again. Raises Problem for what goes on, and what came to nothing."""
    services = request.app[SERVICES]
    if claimed.kind == "message":
        return _again({"message": shown(await services.messages.get(claimed.id))})
    if as_stream:
        return await stream(request, told(services, await _taken(services, claimed)), {REPLAYED: "true"})
    return _again(await _body(services, *await done(services, claimed)))


async def done(services: Services, claimed: Claimed) -> tuple[KeptTurn, Message, Message]:
    """The turn taken under a key, what was said and what was replied. Raises Problem for what goes on, and what came
    to nothing."""
    kept = await _taken(services, claimed)
    message = await _reply_of(services, kept)
    if kept.state != "done" or message is None:
        why = f"turn {kept.id} was not completed ({_fault_of(kept)}); ask again with a new key"
        raise Problem(409, "truncated", why) if message is not None else Problem(409, "failed", why)
    return kept, await services.messages.get(kept.user_message_id), message


async def text_of(services: Services, kept: KeptTurn) -> str:
    """The reply of a turn that is not at hand, as far as it was kept."""
    return _text(await _reply_of(services, kept))


def shown(message: Message) -> MessageView:
    """A message as it is sent."""
    return MessageView.of(message)


def draft_shown(draft: Drafted) -> dict[str, Any]:
    """A draft of the author as JSON."""
    return {"content": draft.content, "missing": draft.missing, "problems": draft.problems}


async def _taken(services: Services, claimed: Claimed) -> KeptTurn:
    kept = await services.turns.get(claimed.id)
    services.tally.replays[kept.kind] += 1
    if _is_running(kept):
        problem = Problem(409, "turn_running", f"this request is being answered, by turn {kept.id}")
        problem.more["turn_id"] = kept.id
        raise problem
    return kept


async def _over(services: Services, turn_id: str) -> KeptTurn:
    """Wait until another process has ended it, or is taken for dead; who leaves ends the waiting."""
    while True:
        kept = await services.turns.get(turn_id)
        if not _is_running(kept):
            return kept
        await asyncio.sleep(_LOOKS_EVERY_S)


async def _reply_of(services: Services, kept: KeptTurn) -> Message | None:
    return await services.messages.get(kept.message_id) if kept.message_id else None


def _again(body: dict[str, Any]) -> web.Response:
    response = reply(body)
    response.headers[REPLAYED] = "true"
    return response


async def _body(services: Services, kept: KeptTurn, question: Message, message: Message) -> dict[str, Any]:
    return {
        "turn_id": kept.id,
        "message": shown(message),
        "user_message": shown(question),
        "mood": kept.mood or "NEUTRAL",
        "usage": {"prompt_tokens": kept.prompt_tokens, "completion_tokens": kept.completion_tokens},
        **await _draft_of(services, kept.session_id),
    }


async def _draft_of(services: Services, session_id: str) -> dict[str, Any]:
    """The draft of a session with the author as it is now: those before it are not kept."""
    if not (await services.talks.of(session_id, NOBODY)).is_authoring:
        return {}
    return {"draft": draft_shown(Drafted.of((await services.character_files.get(session_id)).content))}


def _fault_of(kept: KeptTurn) -> RuntimeFault:
    why = kept.error or "the reply was stopped before it was complete"
    if kept.error_code == ModelFailed.code:
        return ModelFailed("truncated" if kept.state == "truncated" else "refused", why)
    return RuntimeFault(why) if kept.state == "failed" else Interrupted(why)


def _event(name: str, content: dict[str, Any] | MessageView, number: int) -> ServerEvent:
    return ServerEvent(name, to_json(content), str(number))


def _text(message: Message | None) -> str:
    return message.content if message is not None else ""


def _is_running(kept: KeptTurn) -> bool:
    return kept.state in ("accepted", "running")
