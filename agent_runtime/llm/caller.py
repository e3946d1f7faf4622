"""A reply from the first model that gives one: tried again where that may help, and never later than it is worth."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt, PromptMessage
from agent_runtime.core.tokens import tokens_in
from agent_runtime.llm.breaker import Breaker, Breakers, State, Tolerance
from agent_runtime.llm.calls import CallBook
from agent_runtime.llm.deadlines import Countdown, Deadlines
from agent_runtime.llm.failures import ProviderFailed
from agent_runtime.llm.provider import Request, Route
from agent_runtime.llm.reading import read
from agent_runtime.llm.wire import Sampling

_RETRIES = 2
_FIRST_BACKOFF_S = 0.5
_LONGEST_PAUSE_S = 30.0
_NOT_WELL = {"unreachable", "timeout", "rate_limited", "server_error", "truncated", "malformed"}
_NOT_OURS = {401, 403, 404}  # no key, no right, no such model: asking again changes nothing


@dataclass
class Caller:
    """A ChatModel of one or more routes, asked in this order until one has begun to answer.

    A model is asked again, at most twice, only before anything was shown and only for what passes: no connection,
    408, 409, 429, 5xx. One that keeps failing is left alone for a while. A prompt that is too long is halved once.
    """

    routes: Sequence[Route]
    sampling: Sampling = field(default_factory=Sampling)
    deadlines: Deadlines = field(default_factory=Deadlines)
    clock: Clock = field(default_factory=SystemClock)
    jitter: Callable[[float], float] = lambda most: random.uniform(0, most)
    tolerance: Tolerance = field(default_factory=Tolerance)
    calls: CallBook = field(init=False, repr=False)
    _breakers: Breakers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._breakers = Breakers(self.clock, self.tolerance)
        self.calls = CallBook(route.model for route in self.routes)

    @property
    def name(self) -> str:
        """The first model's name as its provider knows it."""
        return self.routes[0].model

    @property
    def trouble(self) -> str:
        """Which configured models are left alone and why, for health; empty when all are asked."""
        breakers = ((route.model, self._breaker(route)) for route in self.routes)
        return "; ".join(f"{model}: {breaker.cause}" for model, breaker in breakers if breaker.cause is not None)

    @property
    def states(self) -> Mapping[str, State]:
        """How the breaker of each configured model stands; of a model at several places that of the last."""
        return {route.model: self._breaker(route).state for route in self.routes}

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        """As ChatModel says. Iterate it inside `contextlib.aclosing` to stop early."""
        loop = asyncio.get_running_loop()
        countdown, is_shown = Countdown(self.deadlines, loop.time()), False
        for number, route in enumerate(routes := tuple(self._routes_for(prompt)), start=1):
            is_last = number == len(routes)
            countdown.begin(loop.time())
            try:
                async with aclosing(self._from(route, prompt, countdown, is_last=is_last)) as parts:
                    async for part in parts:
                        is_shown = is_shown or isinstance(part, Delta)
                        yield replace(part, is_fallback=number > 1) if isinstance(part, Finish) else part
                return
            except ModelFailed:
                if is_shown or is_last or countdown.is_over(loop.time()):
                    raise

    async def close(self) -> None:
        """Close every provider; twice is once."""
        for provider in {id(route.provider): route.provider for route in self.routes}.values():
            await provider.close()

    def _routes_for(self, prompt: Prompt) -> Iterator[Route]:
        """A character's own model takes the place of the first."""
        first, *fallbacks = self.routes
        choice = prompt.character.model
        yield first if choice is None else replace(first, model=choice.name)
        yield from fallbacks

    def _request(self, route: Route, prompt: Prompt, messages: tuple[PromptMessage, ...]) -> Request:
        choice, sampling = prompt.character.model, self.sampling
        if choice is not None:
            sampling = replace(
                sampling,
                temperature=sampling.temperature if choice.temperature is None else choice.temperature,
                max_tokens=choice.max_tokens or sampling.max_tokens,
            )
        return Request(route.model, messages, sampling)

    async def _from(
        self, route: Route, prompt: Prompt, countdown: Countdown, *, is_last: bool
    ) -> AsyncGenerator[Sent | Delta | Finish, None]:
        """The reply of one model, its attempts and its halved prompt included."""
        whole, attempts, is_shown = prompt.messages(), 0, False
        request = self._request(route, prompt, whole)
        while True:
            self._admitted(route)
            yield Sent(request.model, request.messages)
            try:
                async with aclosing(self._attempt(route, request, prompt, countdown, is_last=is_last)) as parts:
                    async for part in parts:
                        is_shown = True
                        yield part
                return
            except ProviderFailed as failure:
                may_halve = failure.is_overflow and request.messages is whole
                shorter = _shorter(prompt, request) if may_halve else None
                pause = 0.0 if shorter else self._pause(failure, attempts, countdown)
                if is_shown or pause is None or not self._breaker(route).admits:
                    raise
            request = replace(request, messages=shorter) if shorter else request
            attempts += 0 if shorter else 1
            await asyncio.sleep(pause)

    async def _attempt(
        self, route: Route, request: Request, prompt: Prompt, countdown: Countdown, *, is_last: bool
    ) -> AsyncGenerator[Delta | Finish, None]:
        """One attempt, of which the breaker is told."""
        breaker = self._admitted(route)
        is_trial = breaker.begins()
        try:
            pieces = route.provider.attempt(request, countdown)
            with self.calls.of(request.model).measured() as call:
                async with aclosing(read(pieces, prompt.character, request)) as parts:
                    async for part in parts:
                        if isinstance(part, Finish):  # whoever reads it may not come back
                            call.is_done = True
                            breaker.succeeded()
                        yield part
        except ModelFailed as failure:
            is_not_ours = failure.status in _NOT_OURS
            if is_not_ours or failure.reason in _NOT_WELL:
                # The only model there is may be mended by a person who then asks again at once.
                breaker.failed(failure, is_trial=is_trial, at_once=is_not_ours and not is_last)
            else:
                breaker.succeeded()
            raise
        finally:
            breaker.left(is_trial=is_trial)

    def _admitted(self, route: Route) -> Breaker:
        """The breaker of a model that may be asked. Raises ModelFailed with what it failed of before."""
        breaker = self._breaker(route)
        if not breaker.admits:
            raise _left_alone(breaker)
        return breaker

    def _breaker(self, route: Route) -> Breaker:
        return self._breakers.of(route.provider.place, route.model)

    def _pause(self, failure: ProviderFailed, attempts: int, countdown: Countdown) -> float | None:
        """Seconds to wait before the next attempt; None when there is none.

        A pause that the provider asks for is kept or, when it is too long to wait for, an end: knocking
        early would only be refused again.
        """
        if not failure.may_retry or attempts == _RETRIES:
            return None
        if failure.pause is not None:
            countdown.paused(failure.pause)
        pause = self.jitter(_FIRST_BACKOFF_S * 2**attempts) if failure.pause is None else failure.pause
        return pause if pause < min(_LONGEST_PAUSE_S, countdown.at - asyncio.get_running_loop().time()) else None


def _shorter(prompt: Prompt, request: Request) -> tuple[PromptMessage, ...] | None:
    """About half of what was too long; None when there is nothing to leave out."""
    half = sum(tokens_in(each.content) for each in request.messages) // 2
    messages = prompt.messages(half + request.sampling.max_tokens)
    return messages if messages != request.messages else None


def _left_alone(breaker: Breaker) -> ModelFailed:
    cause = breaker.cause
    wait = f"not asked again for {breaker.wait_s:.0f} s" if breaker.wait_s else "being tried again"
    if cause is None:
        return ModelFailed("unreachable", f"the model is {wait}")
    return ModelFailed(cause.reason, f"{cause} ({wait})", cause.status)
