"""Any server that speaks the OpenAI chat-completions format, called so that nothing it does can hang or fool us."""

import random
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from yarl import URL

from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt
from agent_runtime.llm.breaker import Tolerance
from agent_runtime.llm.caller import Caller
from agent_runtime.llm.completions import Completions
from agent_runtime.llm.deadlines import Deadlines
from agent_runtime.llm.provider import Route
from agent_runtime.llm.wire import Sampling


@dataclass(frozen=True, slots=True)
class Fallback:
    """A model to ask when those before it fail; without a `base_url` at the same server."""

    model: str
    base_url: str = ""


@dataclass
class OpenAICompat:
    """A ChatModel over HTTP, with ordered fallbacks. `close` it in the loop that used it.

    A fallback at another address never gets `api_key`, only `fallback_key`.
    Raises Misconfigured when made with an address or key that must not be used.
    """

    base_url: str
    model: str
    api_key: SecretStr | None = None
    sampling: Sampling = field(default_factory=Sampling)
    deadlines: Deadlines = field(default_factory=Deadlines)
    clock: Clock = field(default_factory=SystemClock)
    jitter: Callable[[float], float] = lambda most: random.uniform(0, most)
    fallbacks: Sequence[Fallback] = ()
    fallback_key: SecretStr | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    caller: Caller = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.caller = Caller(
            tuple(self._routes()), self.sampling, self.deadlines, self.clock, self.jitter, self.tolerance
        )

    @property
    def name(self) -> str:
        """The first model's name as the server knows it."""
        return self.caller.name

    @property
    def trouble(self) -> str:
        """Which models are left alone and why, for health; empty when all are asked."""
        return self.caller.trouble

    def reply(self, prompt: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        """As ChatModel says."""
        return self.caller.reply(prompt)

    async def close(self) -> None:
        """Close the connections; twice is once."""
        await self.caller.close()

    def _routes(self) -> Iterator[Route]:
        servers: dict[tuple[str, SecretStr | None], Completions] = {}
        for each in (Fallback(self.model), *self.fallbacks):
            base_url = each.base_url or self.base_url
            key = self.api_key if _is_same_origin(base_url, self.base_url) else self.fallback_key
            place = (base_url.strip().rstrip("/"), key)
            if place not in servers:
                servers[place] = Completions(base_url, key, self.deadlines.connect, self.clock)
            yield Route(servers[place], each.model)


def _is_same_origin(one: str, other: str) -> bool:
    try:
        return URL(one.strip()).origin() == URL(other.strip()).origin()
    except ValueError:
        return one == other  # refused by the server's own check, which says why
