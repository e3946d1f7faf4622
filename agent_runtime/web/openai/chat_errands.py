"""Utility prompts as chat completions: nobody's words, nothing that is kept."""

from collections.abc import AsyncGenerator

from aiohttp import web

from agent_runtime.chat.errands import Done
from agent_runtime.web.bodies import reply
from agent_runtime.web.openai.chat_replies import (
    DONE,
    ChatMessageView,
    ChoiceView,
    CompletionView,
    Head,
    UsageView,
    chunk_event,
)
from agent_runtime.web.openai.reading import Conversation, character_of
from agent_runtime.web.openai.schemas import ChatBody
from agent_runtime.web.openai.usage import Usage, finish_reason, usage_of
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sse import ServerEvent, stream


async def run_errand(request: web.Request, body: ChatBody, told: Conversation) -> web.StreamResponse:
    """What a front end asks for itself, answered. Raises Problem for a character that is not there."""
    services, model = request.app[SERVICES], character_of(request, body)
    done = await services.clients.errands.answer(told.messages)
    usage = usage_of(done.finish, told.messages, done.text)
    identifier, created = f"chatcmpl-{services.new_id()}", int(services.clock.time())
    if body.stream:
        has_usage = bool(body.stream_options.get("include_usage"))
        return await stream(request, _chunks(Head(identifier, created, model), done, usage if has_usage else None))
    message = ChatMessageView(content=done.text)
    choice = ChoiceView(index=0, message=message, finish_reason=finish_reason(done.finish))
    view = CompletionView(id=identifier, created=created, model=model, choices=(choice,), usage=UsageView.of(usage))
    return reply(view)


async def _chunks(head: Head, done: Done, usage: Usage | None) -> AsyncGenerator[ServerEvent]:
    yield chunk_event(head.chunk(0, {"role": "assistant", "content": ""}))
    yield chunk_event(head.chunk(0, {"content": done.text}))
    yield chunk_event(head.chunk(0, {}, finish_reason(done.finish)))
    if usage is not None:
        yield chunk_event(head.usage(usage))
    yield DONE
