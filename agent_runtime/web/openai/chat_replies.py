"""Chat completions as they are answered: whole, and in chunks."""

from typing import Any, Literal

from pydantic import BaseModel, RootModel
from pydantic_core import to_json

from agent_runtime.web.openai.errors import ErrorBody
from agent_runtime.web.openai.usage import Usage
from agent_runtime.web.sse import ServerEvent

DONE = ServerEvent("", b"[DONE]")


class UsageView(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> "UsageView":
        return cls(prompt_tokens=usage.prompt, completion_tokens=usage.completion, total_tokens=usage.total)


class ChatMessageView(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str


class ChoiceView(BaseModel):
    index: int
    message: ChatMessageView
    finish_reason: str


class CompletionView(BaseModel):
    """The replies to a turn."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[ChoiceView, ...]
    usage: UsageView


class DeltaView(BaseModel):
    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoiceView(BaseModel):
    index: int
    delta: DeltaView
    finish_reason: str | None


class ChunkView(BaseModel):
    """A piece of a reply. The last chunk has the usage, where it was asked for, and no choices."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: tuple[ChunkChoiceView, ...]
    usage: UsageView | None = None


class ChunkEvent(RootModel[ChunkView | ErrorBody]):
    """A piece, or what went wrong: then it is the last one."""


class Head:
    """What every chunk of a stream begins with."""

    def __init__(self, identifier: str, created: int, model: str) -> None:
        self._same = {"id": identifier, "object": "chat.completion.chunk", "created": created, "model": model}

    def chunk(self, index: int, delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
        """A piece of choice `index`."""
        return {**self._same, "choices": [{"index": index, "delta": delta, "finish_reason": reason}]}

    def usage(self, usage: Usage) -> dict[str, Any]:
        """The last chunk."""
        return {**self._same, "choices": [], "usage": UsageView.of(usage).model_dump()}


def chunk_event(value: dict[str, Any]) -> ServerEvent:
    """A line of the stream."""
    return ServerEvent("", to_json(value))
