"""POST /v1/responses: a turn with a character, whole or as a stream of events."""

from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import web

from agent_runtime.chat.accepting import Already
from agent_runtime.chat.errand_answers import is_errand
from agent_runtime.chat.errands import Done
from agent_runtime.chat.turn import Turn
from agent_runtime.core.errors import NotFound
from agent_runtime.core.prompt import PromptMessage
from agent_runtime.web.access import caller_of
from agent_runtime.web.bodies import read_body, reply
from agent_runtime.web.errors import Problem
from agent_runtime.web.openai.headers import BODY_BYTES, names_of
from agent_runtime.web.openai.reading import Conversation, character_of, conversation_of, messages_of, turn_of
from agent_runtime.web.openai.repeating import AGAIN, told_again
from agent_runtime.web.openai.response_stream import response_events
from agent_runtime.web.openai.response_views import RESPONSE, Viewing
from agent_runtime.web.openai.schemas import ResponseBody
from agent_runtime.web.openai.usage import Usage, usage_of
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sse import stream
from agent_runtime.web.turns import timing


async def responses(request: web.Request) -> web.StreamResponse:
    """POST /v1/responses"""
    body = await read_body(request, ResponseBody, BODY_BYTES)
    told = conversation_of(messages_of(body.input), body.instructions or "")
    if is_errand(told.messages):
        return await _errand(request, body, told)
    asked = turn_of(request, body, told, await _place(request, body.previous_response_id))
    try:
        async with request.app[SERVICES].clients.continuing.begun(asked) as turn:
            return await _answered(request, body, turn, told.messages, names_of(turn))
    except Already as already:
        (turn,) = await told_again(request, asked.claim, already)
        return await _answered(request, body, turn, told.messages, {**names_of(turn), **AGAIN})


async def _answered(
    request: web.Request,
    body: ResponseBody,
    turn: Turn,
    sent: Sequence[PromptMessage],
    headers: Mapping[str, str],
) -> web.StreamResponse:
    question = turn.user_message
    view = Viewing(body, turn.id, int(question.created_at.timestamp()), question.session_id, turn.reply_id)

    async def ended() -> tuple[str, Usage]:
        finished = await turn.reply()
        return finished.message.content, usage_of(finished.finish, sent, finished.message.content)

    if body.stream:
        return await stream(request, response_events(view, _pieces(turn), ended), headers)
    response = reply(view.completed(*await ended()))
    response.headers.update({**headers, "Server-Timing": timing(turn)})
    return response


async def _pieces(turn: Turn) -> AsyncIterator[str]:
    async for _, text in turn.deltas():
        yield text


async def _place(request: web.Request, previous: str | None) -> str:
    """The message that a former response ended with; "" where none is named. Raises Problem."""
    if not previous:
        return ""
    services = request.app[SERVICES]
    try:
        turn = await services.turns.get(previous.removeprefix(RESPONSE))
        only_of = caller_of(request).changes_only_of
        if only_of is not None and (await services.sessions.get(turn.session_id)).owner != only_of:
            raise NotFound("turn", turn.id)
    except NotFound as error:
        raise Problem(404, "not_found", f"no response {previous!r}", pointer="/previous_response_id") from error
    if turn.message_id is None:
        problem = f"response {previous!r} was not completed: there is nothing to go on from"
        raise Problem(422, "refused", problem, pointer="/previous_response_id")
    return turn.message_id


async def _errand(request: web.Request, body: ResponseBody, told: Conversation) -> web.StreamResponse:
    """A front end asks for itself: nobody's words, nothing that is kept."""
    services = request.app[SERVICES]
    character_of(request, body)
    done = await services.clients.errands.answer(told.messages)
    view = Viewing(body, services.new_id(), int(services.clock.time()), "", services.new_id())
    usage = usage_of(done.finish, told.messages, done.text)

    async def ended() -> tuple[str, Usage]:
        return done.text, usage

    if body.stream:
        return await stream(request, response_events(view, _whole(done), ended))
    return reply(view.completed(done.text, usage))


async def _whole(done: Done) -> AsyncIterator[str]:
    yield done.text
