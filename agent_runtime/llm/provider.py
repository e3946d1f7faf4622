"""What a provider of models is asked for: one attempt at one reply, in pieces."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol

from agent_runtime.core.prompt import PromptMessage
from agent_runtime.llm.deadlines import Countdown
from agent_runtime.llm.wire import Piece, Sampling


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked; `model` as its provider spells it."""

    model: str
    messages: tuple[PromptMessage, ...]
    sampling: Sampling = field(default_factory=Sampling)


class Provider(Protocol):
    """Where models are called. Safe to use from many tasks at once."""

    @property
    def place(self) -> str:
        """Which one this is; the same model at two places is two models."""
        ...

    def attempt(self, request: Request, countdown: Countdown) -> AsyncGenerator[Piece, None]:
        """Pieces up to the end of a complete reply, the countdown told of each. Raises ModelFailed.

        It waits no longer than the countdown says, and tries nothing again that passes by waiting.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; twice is once."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """A model at a provider."""

    provider: Provider
    model: str
