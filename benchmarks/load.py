"""The load of a turn: clients that each talk in a session of their own, on a kept-alive connection.

Run: `python -m benchmarks.load URL CLIENTS SECONDS`; prints {"turns", "seconds", "p50_ms", "p99_ms"}. HTTP is written
by hand: a whole client library would use as much of the machine as the server that is measured.
"""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

from benchmarks.figures import percentile
from benchmarks.loop import run

_REPLY_WITHIN_S = 30.0
_SAID = (
    "Good evening, how are things in the saleroom tonight?",
    "What do you make of the lot in hand, and of the people who bid on it?",
    "Thank you, that is kind. Tell me something about yourself.",
    "And how would you spend an evening without an auction?",
)


class Client:
    """One connection, one session."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host

    async def talk(self, until: float) -> list[float]:
        """Take turns until that moment (perf_counter); how long each took, in seconds."""
        session = (await self._post("/api/sessions", {"character": "vesper"}))["id"]
        path = f"/api/sessions/{session}/messages"
        took: list[float] = []
        while (began := time.perf_counter()) < until:
            reply = await self._post(path, {"content": _SAID[len(took) % len(_SAID)]})
            if not reply["message"]["content"]:
                raise RuntimeError("an empty reply")
            took.append(time.perf_counter() - began)
        self._writer.close()
        return took

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, dict[str, str]]:
        raw = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n"
        )
        self._writer.write(head.encode() + raw)
        async with asyncio.timeout(_REPLY_WITHIN_S):
            answer = await self._reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            content = await self._reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{answer.decode()}{content.decode()}")
        reply: dict[str, dict[str, str]] = json.loads(content)
        return reply


async def main(url: str, clients: int, seconds: float) -> None:
    """Connect everybody, then let them all talk at once."""
    place = urlsplit(url)
    everybody = [
        Client(*await asyncio.open_connection(place.hostname, place.port), host=place.netloc) for _ in range(clients)
    ]
    began = time.perf_counter()
    took = [each for some in await asyncio.gather(*(one.talk(began + seconds) for one in everybody)) for each in some]
    spent = time.perf_counter() - began
    report = {"turns": len(took), "seconds": spent}
    print(json.dumps(report | {f"p{share}_ms": percentile(took, share / 100) * 1000 for share in (50, 99)}))


if __name__ == "__main__":
    run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
