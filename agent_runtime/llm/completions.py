"""A server that speaks the OpenAI chat-completions format, over HTTP: one request, one answer, nothing trusted."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import aiohttp
from pydantic import SecretStr
from pydantic_core import to_json
from yarl import URL

from agent_runtime.core.clock import Clock
from agent_runtime.core.version import VERSION
from agent_runtime.llm.answer import Answer
from agent_runtime.llm.deadlines import Countdown
from agent_runtime.llm.dialect import Dialect
from agent_runtime.llm.endpoint import completions_url
from agent_runtime.llm.failures import ProviderFailed
from agent_runtime.llm.provider import Request
from agent_runtime.llm.wire import Piece

_MOST_CALLS_AT_ONCE = 64
_MOST_DIALECTS = 256


@dataclass
class Completions:
    """One connection pool, opened at the first call; `close` it in the same loop. `connect_s` bounds a connection.

    Raises Misconfigured when made with an address or key that must not be used. A server that knows a field of
    the request less is asked again at once without it, and so from then on.
    """

    base_url: str
    api_key: SecretStr | None
    connect_s: float
    clock: Clock
    _http: aiohttp.ClientSession | None = field(default=None, init=False, repr=False)
    _url: URL = field(init=False, repr=False)
    _dialects: dict[str, Dialect] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._url = completions_url(self.base_url, self.api_key)

    @property
    def place(self) -> str:
        """The address that is called."""
        return str(self._url)

    async def attempt(self, request: Request, countdown: Countdown) -> AsyncGenerator[Piece, None]:
        """The pieces of a complete reply. Raises ModelFailed."""
        dialect = known = self._dialects.get(request.model, Dialect())
        is_begun = False
        while True:
            body = to_json(dialect.body(request))
            try:
                async with aclosing(self._answer(body, countdown)) as pieces:
                    async for piece in pieces:
                        is_begun = True
                        yield piece
            except ProviderFailed as refusal:
                plainer = dialect.after(refusal, request)
                if plainer is None or is_begun:
                    raise
                dialect = plainer
                continue
            if dialect is not known:
                self._learn(request.model, dialect)
            return

    async def close(self) -> None:
        """Close the connections; twice is once."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def _answer(self, body: bytes, countdown: Countdown) -> AsyncGenerator[Piece, None]:
        loop = asyncio.get_running_loop()
        response = await self._response(body, countdown)
        try:
            async with aclosing(Answer(response, countdown, self.api_key, self.clock).pieces()) as pieces:
                async for piece in pieces:
                    yield piece
                    if piece.text:
                        countdown.content(loop.time())
                    elif piece.is_thought:
                        countdown.thought(loop.time())
        finally:
            response.release()

    async def _response(self, body: bytes, countdown: Countdown) -> aiohttp.ClientResponse:
        try:
            async with asyncio.timeout_at(countdown.at):
                return await self._session().post(self._url, data=body, headers=self._headers(), allow_redirects=False)
        except aiohttp.ClientConnectorCertificateError as error:
            raise ProviderFailed("unreachable", "the model's server has no valid certificate") from error
        except (aiohttp.ServerTimeoutError, aiohttp.ClientConnectionError) as error:
            raise ProviderFailed("unreachable", "the model's server cannot be reached", may_retry=True) from error
        except TimeoutError as error:
            raise ProviderFailed("timeout", f"the model {countdown.why()}") from error
        except aiohttp.ClientError as error:
            raise ProviderFailed("malformed", "the model's server does not speak HTTP properly") from error

    def _learn(self, model: str, dialect: Dialect) -> None:
        self._dialects[model] = dialect
        if len(self._dialects) > _MOST_DIALECTS:
            del self._dialects[next(iter(self._dialects))]

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_MOST_CALLS_AT_ONCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=self.connect_s),
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
