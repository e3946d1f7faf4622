"""Talking to a running runtime: finding it, its JSON, its streams."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import aiohttp
import click
from pydantic_core import PydanticSerializationError, from_json, to_json

from agent_runtime.cli.failing import NotAuthorised, TimedOut
from agent_runtime.core.addresses import is_loopback
from agent_runtime.core.errors import Misconfigured, Refused, RuntimeFault, Unavailable
from agent_runtime.core.text import plain

if TYPE_CHECKING:
    from agent_runtime.config import Settings
    from agent_runtime.store.folder import Occupant

_ANSWER_S = 120.0
_SILENCE_S = 60.0  # four heartbeats of a stream
_LONGEST_DETAIL = 2000
_ADDRESS = re.compile(r"https?://[^/?#\s]")


def occupant_of(settings: "Settings") -> "Occupant | None":
    """The runtime that holds the configured data folder, if one runs."""
    from agent_runtime.store.folder import DataFolder  # noqa: PLC0415 - heavy

    return DataFolder(settings.data_dir).occupant()


def address_of(settings: "Settings", url: str | None) -> str:
    """Where the runtime answers that is meant: `url`, else the one on the data folder. Raises Unavailable."""
    occupant = occupant_of(settings) if url is None else None
    address = occupant.url if occupant else url
    if address is None:
        raise Unavailable(f"no runtime runs on {settings.data_dir}; start one with `agent-runtime run`, or give --url")
    return address


class Lost(Unavailable):
    """The connection broke after a request was sent: nobody knows what became of it."""


class Declined(Refused):
    """The runtime said no: the `status` of its answer, and the problem it sent."""

    def __init__(self, detail: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(detail)
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One server-sent event; `id` is empty where it has none."""

    id: str
    event: str
    data: Any


class Remote:
    """A running runtime over HTTP. Failures are ours.

    Unavailable when it is not there, Lost when it goes away, TimedOut when it does not answer, NotAuthorised
    without a key that may, Declined when it says no.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer."""
        with self._failures():
            async with self._session.request(method, self._url + path, data=_encoded(body), headers=_JSON) as answer:
                raw = await answer.read()
                if answer.status >= 400:
                    raise _fault(answer.status, raw)
                return from_json(raw) if raw else None

    async def events(self, method: str, path: str, body: Any = None) -> AsyncIterator[tuple[str, Any]]:
        """(event, data) of a stream, until it ends."""
        async for each in self.stream(method, path, body):
            yield each.event, each.data

    async def stream(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[StreamEvent]:
        """A stream with the ids of its events, until it ends."""
        asked = {**_JSON, "Accept": "text/event-stream", **(headers or {})}
        patience = aiohttp.ClientTimeout(total=None, sock_connect=_SILENCE_S, sock_read=_SILENCE_S)
        with self._failures():
            async with self._session.request(
                method, self._url + path, data=_encoded(body), headers=asked, timeout=patience
            ) as answer:
                if answer.status >= 400:
                    raise _fault(answer.status, await answer.read())
                event = identifier = ""
                async for line in answer.content:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name == "id":
                        identifier = value
                    elif name == "event":
                        event = value
                    elif name == "data":
                        yield StreamEvent(identifier, event, from_json(value))

    async def all(self, path: str) -> list[dict[str, Any]]:
        """Every page of a list as one; `path` ends with its query."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = await self.call("GET", path + after)
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            after = f"&cursor={quote(page['next_cursor'], safe='')}"

    async def pieces(self, path: str) -> AsyncGenerator[bytes]:
        """A file as it comes."""
        with self._failures():
            async with self._session.request("GET", self._url + path) as answer:
                if answer.status >= 400:
                    raise _fault(answer.status, await answer.read())
                async for piece in answer.content.iter_any():
                    yield piece

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What can go wrong on the way, as failures of ours."""
        try:
            yield
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise Unavailable(
                f"no runtime answers at {self._url} ({error}); start one with `agent-runtime run`"
            ) from error
        except TimeoutError as error:
            raise TimedOut(f"the runtime at {self._url} does not answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Lost(f"the connection to {self._url} was lost ({error})") from error
        except ValueError as error:
            raise Unavailable(f"what answers at {self._url} is no runtime: {plain(str(error), 200)}") from error


@asynccontextmanager
async def remote(url: str, settings: "Settings") -> AsyncIterator[Remote]:
    """A runtime at `url`, which is sent the key of the settings. Raises Misconfigured when that is no such address."""
    if not _ADDRESS.match(url):
        raise Misconfigured(f"{url!r} is no address of a runtime; write http://127.0.0.1:4500")
    key = settings.http.api_key
    headers = {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}
    if headers and _is_overheard(url):
        click.echo(f"warning: the API key goes to {urlsplit(url).hostname} without encryption; use https://", err=True)
    patience = aiohttp.ClientTimeout(total=_ANSWER_S)
    async with aiohttp.ClientSession(timeout=patience, read_bufsize=2**20, headers=headers) as session:
        yield Remote(session, url)


_JSON = {"Content-Type": "application/json"}


def _is_overheard(url: str) -> bool:
    """Whether others may read what is sent."""
    host = urlsplit(url).hostname or ""
    return url.lower().startswith("http:") and host != "localhost" and not is_loopback(host)


def _encoded(body: Any) -> bytes | None:
    try:
        return None if body is None else to_json(body)
    except PydanticSerializationError as error:
        raise Misconfigured("what was given is not UTF-8 text") from error


def _fault(status: int, raw: bytes) -> RuntimeFault:
    try:
        problem = from_json(raw)
        detail = plain(problem["detail"], _LONGEST_DETAIL)
    except (ValueError, KeyError, TypeError):
        problem, detail = {}, f"it answered {status}"
    match status:
        case 401 | 403:
            return NotAuthorised(f"{detail}; set AGENT_RUNTIME__HTTP__API_KEY to a key that may")
        case 504:
            return TimedOut(detail)
        case 502 | 503:
            return Unavailable(detail)
        case _:
            return Declined(detail, status, problem)
