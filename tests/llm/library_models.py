"""Models of pydantic-ai for tests of the adapter: they are there only where the extra `providers` is installed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic_ai.exceptions import ModelConnectionError, ModelContextWindowExceededError, ModelHTTPError
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import StreamedResponse
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.wrapper import WrapperModel

from agent_runtime.llm.direct import Direct


class Ending(WrapperModel):
    """A model whose stream says that it is complete, as those of real providers do."""

    @asynccontextmanager
    async def request_stream(self, *arguments: Any, **more: Any) -> AsyncIterator[StreamedResponse]:
        async with super().request_stream(*arguments, **more) as stream:
            stream.finish_reason = "stop"
            yield stream


class Library:
    """Makes models by name: what each one says or fails of; keeps every request."""

    def __init__(self) -> None:
        self.requests: list[list[ModelMessage]] = []
        self.settings: list[dict[str, Any]] = []
        self.overflows = 1

    def direct(self) -> Direct:
        return Direct("good", infer=self._model)

    def _model(self, name: str, _client: object) -> Any:
        model = FunctionModel(stream_function=getattr(self, name.partition(":")[2]))
        return model if name.startswith("cut") else Ending(model)

    async def greets(self, messages: Sequence[ModelMessage], asked: Any) -> AsyncIterator[str]:
        self.requests.append(list(messages))
        self.settings.append(dict(asked.model_settings))
        for words in ("Good ", "evening", ", friend."):
            yield words

    async def refuses(self, _messages: Sequence[ModelMessage], _asked: Any) -> AsyncIterator[str]:
        raise ModelHTTPError(401, "refuses", {"message": "invalid x-api-key"})
        yield ""

    async def vanishes(self, _messages: Sequence[ModelMessage], _asked: Any) -> AsyncIterator[str]:
        self.requests.append([])
        raise ModelConnectionError("vanishes", "no route")
        yield ""

    async def overflows_once(self, messages: Sequence[ModelMessage], _asked: Any) -> AsyncIterator[str]:
        self.requests.append(list(messages))
        if len(self.requests) == 1:
            raise ModelHTTPError.for_category(
                ModelContextWindowExceededError, status_code=400, model_name="x", body={"message": "no room"}
            )
        yield "Good evening, friend."
