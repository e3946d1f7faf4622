"""The events of a response in the order clients wait for: created, in progress, the message, its text, completed."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from agent_runtime.core.errors import RuntimeFault
from agent_runtime.web.errors import problem_of
from agent_runtime.web.openai.errors import error_of
from agent_runtime.web.openai.response_views import OutputView, ResponseView, TextView, Viewing
from agent_runtime.web.openai.usage import Usage
from agent_runtime.web.sse import ServerEvent


class StateEvent(BaseModel):
    """`response.created`, `response.in_progress`, `response.completed`, `response.failed`."""

    type: str
    sequence_number: int
    response: ResponseView


class ItemEvent(BaseModel):
    """`response.output_item.added` and `response.output_item.done`."""

    type: str
    sequence_number: int
    output_index: int
    item: OutputView


class PartEvent(BaseModel):
    """`response.content_part.added` and `response.content_part.done`."""

    type: str
    sequence_number: int
    item_id: str
    output_index: int
    content_index: int
    part: TextView


class DeltaEvent(BaseModel):
    """`response.output_text.delta`: a piece of the text."""

    type: str
    sequence_number: int
    item_id: str
    output_index: int
    content_index: int
    delta: str
    logprobs: tuple[str, ...]


class TextEvent(BaseModel):
    """`response.output_text.done`: all of the text."""

    type: str
    sequence_number: int
    item_id: str
    output_index: int
    content_index: int
    text: str
    logprobs: tuple[str, ...]


STREAM: dict[str, type[BaseModel]] = {
    "response.created": StateEvent,
    "response.in_progress": StateEvent,
    "response.output_item.added": ItemEvent,
    "response.content_part.added": PartEvent,
    "response.output_text.delta": DeltaEvent,
    "response.output_text.done": TextEvent,
    "response.content_part.done": PartEvent,
    "response.output_item.done": ItemEvent,
    "response.completed": StateEvent,
    "response.failed": StateEvent,
}


class Numbered:
    """Events with their place in the stream, from 0."""

    def __init__(self) -> None:
        self._next = 0

    def event(self, name: str, **fields: Any) -> ServerEvent:
        """The next one."""
        value = {"type": f"response.{name}", "sequence_number": self._next, **fields}
        self._next += 1
        return ServerEvent(value["type"], to_json(value))


async def response_events(
    view: Viewing, pieces: AsyncIterator[str], ended: Callable[[], Awaitable[tuple[str, Usage]]]
) -> AsyncGenerator[ServerEvent]:
    """The stream of a response: `pieces` of its text, then all of it by `ended`, which raises where it is not whole."""
    numbered = Numbered()
    place = {"output_index": 0}
    text_place = {"item_id": view.message_id, "output_index": 0, "content_index": 0}
    yield numbered.event("created", response=view.begun())
    yield numbered.event("in_progress", response=view.begun())
    yield numbered.event("output_item.added", **place, item=view.message("in_progress"))
    yield numbered.event("content_part.added", **text_place, part=TextView(text=""))
    try:
        async for piece in pieces:
            yield numbered.event("output_text.delta", **text_place, delta=piece, logprobs=())
        text, usage = await ended()
    except RuntimeFault as fault:
        error = error_of(problem_of(fault))["error"]
        yield numbered.event("failed", response=view.failed(error["code"], error["message"]))
        return
    yield numbered.event("output_text.done", **text_place, text=text, logprobs=())
    yield numbered.event("content_part.done", **text_place, part=TextView(text=text))
    yield numbered.event("output_item.done", **place, item=view.message("completed", text))
    yield numbered.event("completed", response=view.completed(text, usage))
