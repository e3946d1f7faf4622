"""The floor of a turn: an aiohttp handler that asks a trivial model and commits two rows on aiosqlite, nothing else.

Run: `python -m benchmarks.raw_turns DATABASE`; prints `ready URL`. Same event loop and durability as the runtime.
"""

import asyncio
import json
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from aiohttp import web

from benchmarks.loop import run

_TABLES = """
CREATE TABLE IF NOT EXISTS messages
    (id TEXT PRIMARY KEY, session_id TEXT, role TEXT, content TEXT, created_at INTEGER);
CREATE INDEX IF NOT EXISTS newest ON messages (session_id, created_at);
"""
_INSERT = "INSERT INTO messages VALUES (?, ?, ?, ?, ?)"
_REPLY = ("A line of about the length ", "that people write to characters, ", "and that characters answer with.")
Keep = Callable[[str, str, str], Awaitable[None]]


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Keep]:
    """What keeps a turn (session, question, answer): one transaction, which no other may come between."""
    lock = asyncio.Lock()
    async with aiosqlite.connect(path) as db:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            await db.execute(f"PRAGMA {pragma}")
        await db.executescript(_TABLES)

        async def keep(session_id: str, question: str, answer: str) -> None:
            async with lock:
                for role, content in (("user", question), ("assistant", answer)):
                    row = (str(uuid.uuid4()), session_id, role, content, int(time.time() * 1000))
                    await db.execute(_INSERT, row)
                await db.commit()

        yield keep


async def model(_question: str) -> AsyncIterator[str]:
    """A reply of ordinary length in three pieces, at once."""
    for piece in _REPLY:
        yield piece


def application(keep: Keep) -> web.Application:
    """The two URLs of the load."""

    async def create(_request: web.Request) -> web.Response:
        return web.json_response({"id": str(uuid.uuid4())}, status=201)

    async def turn(request: web.Request) -> web.Response:
        question = json.loads(await request.read())["content"]
        answer = "".join([piece async for piece in model(question)])
        await keep(request.match_info["id"], question, answer)
        return web.json_response({"message": {"role": "assistant", "content": answer}})

    app = web.Application()
    app.add_routes([web.post("/api/sessions", create), web.post("/api/sessions/{id}/messages", turn)])
    return app


async def main(path: Path) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with opened(path) as keep:
        runner = web.AppRunner(application(keep), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await stop.wait()
        await runner.cleanup()


if __name__ == "__main__":
    run(main(Path(sys.argv[1])))
