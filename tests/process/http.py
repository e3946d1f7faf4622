"""A client for the tests: answers as values, streams as events, and raw bytes where a library is too polite."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

_PATIENCE = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True)
class Answer:
    """One response. Header names may be written in any case."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True)
class StreamEvent:
    """One server-sent event."""

    id: str
    event: str
    data: Any


class Client:
    """Talks to one runtime."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.request("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        if body is not None:
            options["json"] = body
        return await self.request("POST", path, **options)

    async def request(self, method: str, path: str, **options: Any) -> Answer:
        async with self._session.request(method, self.url + path, allow_redirects=False, **options) as response:
            return Answer(response.status, response.headers, await response.read())

    @asynccontextmanager
    async def stream(self, method: str, path: str, **options: Any) -> AsyncIterator["Stream"]:
        """The events of a stream, left whenever the caller has seen enough."""
        async with self._session.request(method, self.url + path, **options) as response:
            yield Stream(response)

    async def session_with(self, character: str, **body: Any) -> str:
        """The id of a new session."""
        answer = await self.post("/api/sessions", {"character": character, **body})
        assert answer.status == 201, answer.raw
        return str(answer.json["id"])

    async def say(self, session: str, content: str, **body: Any) -> Answer:
        """One turn."""
        return await self.post(f"/api/sessions/{session}/messages", {"content": content, **body})

    async def messages(self, session: str) -> list[dict[str, Any]]:
        """Every message of a session."""
        return await self.rows(f"/api/sessions/{session}/messages?limit=200")

    async def rows(self, path: str) -> list[dict[str, Any]]:
        """Every row of a list that is asked for with a query, page by page."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = (await self.get(path + cursor)).json
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"


class Stream:
    """A stream of server-sent events, read one by one."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self, within_s: float = 20.0) -> StreamEvent | None:
        """The next event, None when the stream has ended; comments are skipped."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(within_s):
            async for line in self.response.content:
                text = line.decode().rstrip("\n")
                if text and not text.startswith(":"):
                    name, _, value = text.partition(": ")
                    fields[name] = value
                elif not text and fields:
                    return StreamEvent(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
        return None

    async def until(self, event: str, within_s: float = 20.0) -> StreamEvent:
        """The next event of this name."""
        async with asyncio.timeout(within_s):
            while (found := await self.next(within_s)) is not None:
                if found.event == event:
                    return found
        raise AssertionError(f"the stream ended without {event}")

    async def all(self) -> list[StreamEvent]:
        """Everything until the stream ends."""
        found = []
        while (event := await self.next()) is not None:
            found.append(event)
        return found


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[Client]:
    """A client with connections of its own."""
    async with aiohttp.ClientSession(timeout=_PATIENCE, connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Client(url, session)


async def raw(url: str, request: bytes, within_s: float = 10.0) -> Answer:
    """Send bytes as they are and read the one answer to them; the connection is closed."""
    parts = urlsplit(url)
    async with asyncio.timeout(within_s):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(request)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, *rows = head.strip().split("\r\n")
            headers = {name.title(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
            body = await reader.readexactly(int(headers.get("Content-Length", 0)))
        finally:
            writer.close()
    return Answer(int(status.split()[1]), headers, body)


def assert_problem(answer: Answer, status: int, code: str | None = None) -> None:
    assert answer.status == status, answer.raw
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json
    assert body["status"] == status
    assert body["request_id"] == answer.headers["X-Request-Id"] != ""
    assert body["code"] == code if code else body["code"]
    assert {"type", "title", "detail"} <= body.keys()
    assert "Traceback" not in body["detail"]


async def assert_works(client: Client) -> None:
    session = await client.session_with("wren")
    answer = await client.say(session, "Hello!")
    assert (answer.status, answer.json["message"]["seq"]) == (200, 2)
