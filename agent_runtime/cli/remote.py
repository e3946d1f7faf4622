"""Talking to a running runtime: finding it, its JSON, its streams."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from pydantic_core import PydanticSerializationError, from_json, to_json

from agent_runtime.core.errors import Misconfigured, Refused, RuntimeFault, Unavailable

if TYPE_CHECKING:
    from agent_runtime.config import Settings
    from agent_runtime.store.folder import Occupant

_ANSWER_S = 120.0
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


class Remote:
    """A running runtime over HTTP. Failures are ours: Unavailable when it is not there, Refused when it says no."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url.rstrip("/")

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer."""
        try:
            async with self._session.request(method, self._url + path, data=_encoded(body), headers=_JSON) as answer:
                raw = await answer.read()
                if answer.status >= 400:
                    raise _fault(answer.status, raw)
                return from_json(raw) if raw else None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from error

    async def events(self, method: str, path: str, body: Any = None) -> AsyncIterator[tuple[str, Any]]:
        """(event, data) of a stream, until it ends."""
        headers = {**_JSON, "Accept": "text/event-stream"}
        patience = aiohttp.ClientTimeout(total=None, sock_read=60)
        try:
            async with self._session.request(
                method, self._url + path, data=_encoded(body), headers=headers, timeout=patience
            ) as answer:
                if answer.status >= 400:
                    raise _fault(answer.status, await answer.read())
                event = ""
                async for line in answer.content:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name == "event":
                        event = value
                    elif name == "data":
                        yield event, from_json(value)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> Unavailable:
        return Unavailable(f"no runtime answers at {self._url} ({error}); start one with `agent-runtime run`")


@asynccontextmanager
async def remote(url: str) -> AsyncIterator[Remote]:
    """A runtime at `url`. Raises Misconfigured when that is no such address."""
    if not _ADDRESS.match(url):
        raise Misconfigured(f"{url!r} is no address of a runtime; write http://127.0.0.1:4500")
    patience = aiohttp.ClientTimeout(total=_ANSWER_S)
    async with aiohttp.ClientSession(timeout=patience, read_bufsize=2**20) as session:
        yield Remote(session, url)


_JSON = {"Content-Type": "application/json"}


def _encoded(body: Any) -> bytes | None:
    try:
        return None if body is None else to_json(body)
    except PydanticSerializationError as error:
        raise Misconfigured("what was given is not UTF-8 text") from error


def _fault(status: int, raw: bytes) -> RuntimeFault:
    try:
        detail = from_json(raw)["detail"]
    except (ValueError, KeyError, TypeError):
        detail = f"it answered {status}"
    return Unavailable(detail) if status in (502, 503, 504) else Refused(detail)
