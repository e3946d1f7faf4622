"""The load of a turn: clients that each talk in a session of their own, on a kept-alive connection.

Run: `python -m benchmarks.load URL CLIENTS SECONDS [SURFACE]`; prints {"turns", "seconds", "p50_ms", "p99_ms"}. HTTP is
written by hand: a whole client library would use as much of the machine as the server that is measured.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from benchmarks.figures import percentile
from benchmarks.loop import run

Surface = Literal["api", "api-stream", "v1", "v1-stream"]
_REPLY_WITHIN_S = 30.0
_CHARACTER = "vesper"
_TURNS_A_CONVERSATION = 10  # a client of /v1 sends all of it again with every turn
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_SAID = (
    "Good evening, how are things in the saleroom tonight?",
    "What do you make of the lot in hand, and of the people who bid on it?",
    "Thank you, that is kind. Tell me something about yourself.",
    "And how would you spend an evening without an auction?",
)


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host

    @classmethod
    async def to(cls, url: str) -> Self:
        """Connect."""
        place = urlsplit(url)
        return cls(*await asyncio.open_connection(place.hostname, place.port), host=place.netloc)

    async def post(self, path: str, body: dict[str, Any]) -> str:
        """The body of the answer, as it is or as the chunks it came in. Raises RuntimeError for a refusal."""
        raw = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n"
        )
        self._writer.write(head.encode() + raw)
        async with asyncio.timeout(_REPLY_WITHIN_S):
            answer = await self._reader.readuntil(b"\r\n\r\n")
            content = await self._content(answer.lower())
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{answer.decode()}{content.decode()}")
        return content.decode()

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def _content(self, head: bytes) -> bytes:
        if b"transfer-encoding: chunked" in head:
            return await self._reader.readuntil(_LAST_CHUNK)
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        return await self._reader.readexactly(length)


class ApiClient:
    """Talks through `/api`, in one session."""

    def __init__(self, connection: Connection, *, streams: bool) -> None:
        self._connection = connection
        self._streams = streams
        self._path = ""
        self._turns = 0

    async def begin(self) -> None:
        """Start the session."""
        session = json.loads(await self._connection.post("/api/sessions", {"character": _CHARACTER}))
        self._path = f"/api/sessions/{session['id']}/messages"

    async def turn(self) -> None:
        """Say the next thing. Raises RuntimeError for a reply that is none."""
        said = {"content": _SAID[self._turns % len(_SAID)]} | ({"stream": True} if self._streams else {})
        self._turns += 1
        answer = await self._connection.post(self._path, said)
        if self._streams:
            if "event: done" not in answer:
                raise RuntimeError(f"a stream without an end: {answer}")
        elif not json.loads(answer)["message"]["content"]:
            raise RuntimeError("an empty reply")


class OpenAiClient:
    """Talks through `/v1` as the clients of that API do: with everything that was said so far."""

    def __init__(self, connection: Connection, user: str, *, streams: bool) -> None:
        self._connection = connection
        self._user = user
        self._streams = streams
        self._turns = 0
        self._said: list[dict[str, str]] = []

    async def begin(self) -> None:
        """There is nothing to begin."""

    async def turn(self) -> None:
        """Say the next thing. Raises RuntimeError for a reply that is none."""
        if self._turns % _TURNS_A_CONVERSATION == 0:
            self._said = []
        self._turns += 1
        words = _SAID[self._turns % len(_SAID)]
        self._said.append({"role": "user", "content": words if self._said else f"{words} ({self._turns})"})
        body = {"model": _CHARACTER, "user": self._user, "messages": self._said, "stream": self._streams}
        answer = await self._connection.post("/v1/chat/completions", body)
        reply = _streamed(answer) if self._streams else json.loads(answer)["choices"][0]["message"]["content"]
        if not reply:
            raise RuntimeError("an empty reply")
        self._said.append({"role": "assistant", "content": reply})


Client = ApiClient | OpenAiClient


def client_of(connection: Connection, surface: Surface, number: int) -> Client:
    """A client of that surface; `number` tells it from the others."""
    streams = surface.endswith("-stream")
    if surface.startswith("v1"):
        return OpenAiClient(connection, f"guest-{number}-{time.time_ns()}", streams=streams)
    return ApiClient(connection, streams=streams)


async def talk(client: Client, until: float) -> list[float]:
    """Take turns until that moment (perf_counter), at least one; how long each took, in seconds."""
    await client.begin()
    took: list[float] = []
    while not took or time.perf_counter() < until:
        began = time.perf_counter()
        await client.turn()
        took.append(time.perf_counter() - began)
    return took


def _streamed(answer: str) -> str:
    """The words of a stream of chunks."""
    if "data: [DONE]" not in answer:
        raise RuntimeError(f"a stream without an end: {answer}")
    events = [json.loads(line[len("data: ") :]) for line in answer.splitlines() if line.startswith("data: {")]
    return "".join(each["choices"][0]["delta"].get("content") or "" for each in events if each["choices"])


def _report(took: Sequence[float], spent: float) -> dict[str, float]:
    return {"turns": len(took), "seconds": spent} | {
        f"p{share}_ms": percentile(took, share / 100) * 1000 for share in (50, 99)
    }


async def main(url: str, clients: int, seconds: float, surface: Surface) -> None:
    """Connect everybody, then let them all talk at once."""
    connections = [await Connection.to(url) for _ in range(clients)]
    everybody = [client_of(connection, surface, number) for number, connection in enumerate(connections)]
    began = time.perf_counter()
    took = [each for some in await asyncio.gather(*(talk(one, began + seconds) for one in everybody)) for each in some]
    print(json.dumps(_report(took, time.perf_counter() - began)))
    for connection in connections:
        connection.close()


if __name__ == "__main__":
    _url, _clients, _seconds, *_surface = sys.argv[1:]
    run(main(_url, int(_clients), float(_seconds), _surface[0] if _surface else "api"))  # type: ignore[arg-type]
