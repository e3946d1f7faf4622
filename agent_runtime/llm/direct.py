"""The direct layer of pydantic-ai as a provider: its models one call at a time, its failures in our words."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelTimeoutError,
    UserError,
)
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    SystemPromptPart,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import Model, StreamedResponse, infer_model
from pydantic_ai.providers import Provider as LibraryProvider
from pydantic_ai.providers import infer_provider_class
from pydantic_ai.settings import ModelSettings

from agent_runtime.core.errors import Misconfigured
from agent_runtime.core.prompt import PromptMessage
from agent_runtime.llm.deadlines import Countdown
from agent_runtime.llm.failures import ProviderFailed, safe_detail, status_failure
from agent_runtime.llm.provider import Request
from agent_runtime.llm.wire import Piece

_Infer = Callable[[str, Callable[[str], LibraryProvider[Any]]], Model]


@dataclass
class Direct:
    """Calls models by names such as `anthropic:claude-…`; of each company there is one client, opened when needed.

    Only that of `company` gets `api_key`. `infer` makes a model of its name and a maker of clients.
    """

    company: str
    api_key: SecretStr | None = None
    infer: _Infer = infer_model
    _clients: dict[str, LibraryProvider[Any]] = field(default_factory=dict, init=False, repr=False)

    @property
    def place(self) -> str:
        """The provider is a part of each model's name."""
        return "native"

    def check(self, name: str) -> None:
        """Raises Misconfigured for a model that cannot be called: an unknown provider, a missing key or package."""
        try:
            self._model(name)
        except (UserError, ImportError, ValueError) as error:
            raise Misconfigured(f"llm.model {name}: {error}") from error

    async def attempt(self, request: Request, countdown: Countdown) -> AsyncGenerator[Piece, None]:
        """The pieces of a complete reply. Raises ModelFailed."""
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout_at(countdown.at):
                    opened = model_request_stream(
                        self._model(request.model),
                        _messages(request.messages),
                        model_settings=_settings(request),
                    )
                    stream = await stack.enter_async_context(opened)
                async for piece in _pieces(stream, countdown):
                    yield piece
                yield _end(stream)
        except TimeoutError as error:
            raise ProviderFailed("timeout", f"the model {countdown.why()}") from error
        except AgentRunError as error:
            raise self._failure(error) from error
        except (UserError, ImportError, ValueError) as error:
            raise ProviderFailed("refused", f"the model cannot be called: {error}", 404) from error

    async def close(self) -> None:
        """Close the clients; twice is once."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            async with client:  # leaving is what closes it
                pass

    def _model(self, name: str) -> Model:
        return self.infer(name, self._client)

    def _client(self, company: str) -> LibraryProvider[Any]:
        if company not in self._clients:
            made = infer_provider_class(company)
            key = {"api_key": self.api_key.get_secret_value()} if self.api_key and company == self.company else {}
            self._clients[company] = made(**key)
        return self._clients[company]

    def _failure(self, error: AgentRunError) -> ProviderFailed:
        said = safe_detail(str(error), self.api_key)
        is_overflow = isinstance(error, ModelContextWindowExceededError)
        match error:
            case ModelTimeoutError():
                return ProviderFailed("timeout", "the model did not answer in time")
            case ModelConnectionError(in_stream=True):
                return ProviderFailed("truncated", "the connection to the model broke")
            case ModelConnectionError():
                return ProviderFailed("unreachable", "the model's server cannot be reached", may_retry=True)
            case ModelHTTPError(status_code=status, retry_after=pause):
                failure = status_failure(status, said, self.api_key, pause=pause)
                failure.is_overflow = failure.is_overflow or is_overflow
                return failure
            case ModelAPIError():
                return ProviderFailed("server_error", f"the model failed: {said}", is_overflow=is_overflow)
        return ProviderFailed("malformed", f"the model's answer cannot be read: {said}")


async def _pieces(stream: StreamedResponse, countdown: Countdown) -> AsyncGenerator[Piece, None]:
    loop, events = asyncio.get_running_loop(), aiter(stream)
    while True:
        try:
            async with asyncio.timeout_at(countdown.at):
                event = await anext(events)
        except StopAsyncIteration:
            return
        match event:
            case (
                PartStartEvent(part=TextPart(content=str(text)))
                | PartDeltaEvent(delta=TextPartDelta(content_delta=str(text)))
            ) if text:
                yield Piece(text)
                countdown.content(loop.time())
            case PartStartEvent(part=ThinkingPart()) | PartDeltaEvent(delta=ThinkingPartDelta()):
                countdown.thought(loop.time())


def _end(stream: StreamedResponse) -> Piece:
    """The end as the provider put it: a stream that merely stops is not complete."""
    reason = stream.finish_reason or (stream.provider_details or {}).get("finish_reason")
    if reason is None:
        raise ProviderFailed("truncated", "the model's reply broke off")
    if reason == "error":
        raise ProviderFailed("server_error", "the model's server reported an error")
    usage = stream.usage
    return Piece(
        finish=str(reason),
        prompt_tokens=usage.input_tokens or None,
        completion_tokens=usage.output_tokens or None,
    )


def _settings(request: Request) -> ModelSettings:
    settings = ModelSettings(max_tokens=request.sampling.max_tokens, max_retries=0)
    if request.sampling.temperature is not None:
        settings["temperature"] = request.sampling.temperature
    return settings


def _messages(messages: Iterable[PromptMessage]) -> list[ModelMessage]:
    """Messages of one side that follow each other are one message of several parts."""
    made: list[ModelMessage] = []
    for message in messages:
        if message.role == "assistant":
            made.append(ModelResponse(parts=[TextPart(message.content)]))
            continue
        part: ModelRequestPart = (
            SystemPromptPart(message.content) if message.role == "system" else UserPromptPart(message.content)
        )
        if made and isinstance(made[-1], ModelRequest):
            made[-1] = ModelRequest(parts=[*made[-1].parts, part])
        else:
            made.append(ModelRequest(parts=[part]))
    return made
