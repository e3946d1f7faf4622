"""POST /v1/chat/completions: a turn with a character, whole or as a stream of chunks."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

from aiohttp import web

from agent_runtime.chat.accepting import Already
from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.errand_answers import is_errand
from agent_runtime.chat.placing import ClientTurn
from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.prompt import PromptMessage
from agent_runtime.web.bodies import read_body, reply
from agent_runtime.web.errors import problem_of
from agent_runtime.web.openai.chat_errands import run_errand
from agent_runtime.web.openai.chat_replies import (
    DONE,
    ChatMessageView,
    ChoiceView,
    CompletionView,
    Head,
    UsageView,
    chunk_event,
)
from agent_runtime.web.openai.errors import error_of
from agent_runtime.web.openai.headers import BODY_BYTES, names_of
from agent_runtime.web.openai.reading import conversation_of, turn_of
from agent_runtime.web.openai.repeating import AGAIN, in_order, told_again
from agent_runtime.web.openai.schemas import ChatBody
from agent_runtime.web.openai.usage import Usage, finish_reason, usage_of
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sse import ServerEvent, stream
from agent_runtime.web.turns import timing


async def completions(request: web.Request) -> web.StreamResponse:
    """POST /v1/chat/completions"""
    body = await read_body(request, ChatBody, BODY_BYTES)
    told = conversation_of(body.messages)
    if is_errand(told.messages):
        return await run_errand(request, body, told)
    services = request.app[SERVICES]
    asked = turn_of(request, body, told)
    try:
        async with services.clients.continuing.begun(asked) as turn:
            turns = Replies(services.conversations, asked, body.n).turns(turn)
            return await _answered(request, body, turn, turns, told.messages, names_of(turn))
    except Already as already:
        first, *others = await told_again(request, asked.claim, already, body.n)
        turns = in_order([first, *others])
        return await _answered(request, body, first, turns, told.messages, {**names_of(first), **AGAIN})


class Replies:
    """As many replies to the same words as are asked for, one after the other."""

    def __init__(self, conversations: Conversations, asked: ClientTurn, count: int) -> None:
        self._conversations = conversations
        self._asked = asked
        self._count = count

    async def turns(self, first: Turn) -> AsyncIterator[Turn]:
        """The turns; each of the others begins when the one before is over."""
        yield first
        for _ in range(self._count - 1):
            yield await self._conversations.regenerate(
                first.user_message.id, self._asked.guest, notes=self._asked.notes
            )


async def _answered(
    request: web.Request,
    body: ChatBody,
    turn: Turn,
    turns: AsyncIterator[Turn],
    sent: Sequence[PromptMessage],
    headers: Mapping[str, str],
) -> web.StreamResponse:
    """`turn` and those for the other replies as the answer."""
    if body.stream:
        return await stream(request, _chunks(turn, turns, body, sent), headers)
    response = await _whole(turn, turns, body, sent)
    response.headers.update(headers)
    return response


async def _whole(turn: Turn, turns: AsyncIterator[Turn], body: ChatBody, sent: Sequence[PromptMessage]) -> web.Response:
    finished = [await each.reply() async for each in turns]
    usage = _usage(finished[0], sent)
    for another in finished[1:]:
        usage = usage.plus(_usage(another, sent))
    choices = tuple(_choice(number, each) for number, each in enumerate(finished))
    created = int(turn.user_message.created_at.timestamp())
    model = body.character or body.model or ""
    view = CompletionView(
        id=f"chatcmpl-{turn.id}", created=created, model=model, choices=choices, usage=UsageView.of(usage)
    )
    response = reply(view)
    response.headers["Server-Timing"] = timing(turn)
    return response


def _choice(number: int, each: Reply) -> ChoiceView:
    message = ChatMessageView(content=each.message.content)
    return ChoiceView(index=number, message=message, finish_reason=finish_reason(each.finish))


def _usage(each: Reply, sent: Sequence[PromptMessage]) -> Usage:
    return usage_of(each.finish, sent, each.message.content)


async def _chunks(
    turn: Turn, turns: AsyncIterator[Turn], body: ChatBody, sent: Sequence[PromptMessage]
) -> AsyncGenerator[ServerEvent]:
    created = int(turn.user_message.created_at.timestamp())
    head = Head(f"chatcmpl-{turn.id}", created, body.character or body.model or "")
    usage: Usage | None = None
    number = 0
    try:
        async for each in turns:
            yield chunk_event(head.chunk(number, {"role": "assistant", "content": ""}))
            async for _, text in each.deltas():
                yield chunk_event(head.chunk(number, {"content": text}))
            finished = await each.reply()
            yield chunk_event(head.chunk(number, {}, finish_reason(finished.finish)))
            cost = _usage(finished, sent)
            usage = cost if usage is None else usage.plus(cost)
            number += 1
    except RuntimeFault as fault:
        yield chunk_event(error_of(problem_of(fault)))
        return
    if usage is not None and body.stream_options.get("include_usage"):
        yield chunk_event(head.usage(usage))
    yield DONE
