"""Any server that speaks the OpenAI chat-completions format, called so that nothing it does can hang or fool us."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import aiohttp
from pydantic import SecretStr
from pydantic_core import to_json
from yarl import URL

from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.output import ReplyCleaner
from agent_runtime.core.ports import Delta, Finish
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.version import VERSION
from agent_runtime.llm.answer import Answer
from agent_runtime.llm.deadlines import Countdown, Deadlines
from agent_runtime.llm.endpoint import completions_url
from agent_runtime.llm.failures import ProviderFailed
from agent_runtime.llm.wire import Piece, Sampling, request_body

_RETRIES = 2
_FIRST_BACKOFF_S = 0.5
_LONGEST_PAUSE_S = 30.0
_MOST_CALLS_AT_ONCE = 64


@dataclass
class OpenAICompat:
    """A ChatModel over HTTP. One connection pool, opened at the first reply; `close` it in the same loop.

    Raises Misconfigured when made with an address or key that must not be used. A call is tried again, at
    most twice, only before its first content and only for what passes: no connection, 408, 409, 429, 5xx.
    """

    base_url: str
    model: str
    api_key: SecretStr | None = None
    sampling: Sampling = field(default_factory=Sampling)
    deadlines: Deadlines = field(default_factory=Deadlines)
    clock: Clock = field(default_factory=SystemClock)
    jitter: Callable[[float], float] = lambda most: random.uniform(0, most)
    _http: aiohttp.ClientSession | None = field(default=None, init=False, repr=False)
    _url: URL = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._url = completions_url(self.base_url, self.api_key)

    @property
    def name(self) -> str:
        """The model's name as the server knows it."""
        return self.model

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        """Deltas, then one Finish. Raises ModelFailed; iterate it inside `contextlib.aclosing` to stop early."""
        cleaner = ReplyCleaner((prompt.character.name, prompt.character.nickname))
        end = Piece()
        size = 0
        async with aclosing(self._pieces(prompt)) as pieces:
            async for piece in pieces:
                size += len(piece.text)
                if size > self.sampling.max_chars:
                    raise ModelFailed("too_large", "the model's reply is too long")
                if text := cleaner.feed(piece.text):
                    yield Delta(text)
                end = _joined(end, piece)
        if text := cleaner.end():
            yield Delta(text)
        if not cleaner.is_begun:
            raise ModelFailed("empty", "the model said nothing")
        yield Finish(end.finish or "stop", end.prompt_tokens, end.completion_tokens)

    async def close(self) -> None:
        """Close the connections; twice is once."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def _pieces(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """The pieces of the first attempt that succeeds."""
        loop = asyncio.get_running_loop()
        body = to_json(request_body(prompt, self.model, self.sampling))
        countdown = Countdown(self.deadlines, loop.time())
        for attempt in range(_RETRIES + 1):
            try:
                async with aclosing(self._attempt(body, countdown)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except ProviderFailed as failure:
                pause = self._pause(failure, attempt, countdown, loop.time())
                if pause is None:
                    raise
            await asyncio.sleep(pause)

    async def _attempt(self, body: bytes, countdown: Countdown) -> AsyncGenerator[Piece, None]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(countdown.at):
                response = await self._session().post(
                    self._url, data=body, headers=self._headers(), allow_redirects=False
                )
        except aiohttp.ClientConnectorCertificateError as error:
            raise ProviderFailed("unreachable", "the model's server has no valid certificate") from error
        except (aiohttp.ServerTimeoutError, aiohttp.ClientConnectionError) as error:
            raise ProviderFailed("unreachable", "the model's server cannot be reached", may_retry=True) from error
        except TimeoutError as error:
            raise ProviderFailed("timeout", f"the model {countdown.why()}") from error
        except aiohttp.ClientError as error:
            raise ProviderFailed("malformed", "the model's server does not speak HTTP properly") from error
        try:
            async with aclosing(Answer(response, countdown, self.api_key, self.clock).pieces()) as pieces:
                async for piece in pieces:
                    yield piece
                    if piece.text:
                        countdown.content(loop.time())
        finally:
            response.release()

    def _pause(self, failure: ProviderFailed, attempt: int, countdown: Countdown, now: float) -> float | None:
        """Seconds to wait before the next attempt; None when there is none.

        A pause that the provider asks for is kept or, when it is too long to wait for, an end: knocking
        early would only be refused again.
        """
        if not failure.may_retry or countdown.has_content or attempt == _RETRIES:
            return None
        if failure.pause is not None:
            countdown.paused(failure.pause)
        pause = self.jitter(_FIRST_BACKOFF_S * 2**attempt) if failure.pause is None else failure.pause
        return pause if pause < min(_LONGEST_PAUSE_S, countdown.at - now) else None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_MOST_CALLS_AT_ONCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=self.deadlines.connect),
            )
        return self._http

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "text/event-stream, application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": f"agent-runtime/{VERSION}",
        }
        if self.api_key is not None:
            headers["Authorization"] = f"Bearer {self.api_key.get_secret_value()}"
        return headers


def _joined(end: Piece, piece: Piece) -> Piece:
    return Piece(
        finish=end.finish or piece.finish,
        prompt_tokens=end.prompt_tokens if piece.prompt_tokens is None else piece.prompt_tokens,
        completion_tokens=end.completion_tokens if piece.completion_tokens is None else piece.completion_tokens,
    )
