"""The floor of a turn: an aiohttp handler that asks a trivial model and commits two rows on aiosqlite, nothing else.

Run: `python -m benchmarks.raw_turns DATABASE`; prints `ready URL`. Same event loop and durability as the runtime.
"""

import asyncio
import json
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
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


async def model(_question: str) -> AsyncIterator[str]:
    """A reply of ordinary length in three pieces, at once."""
    for piece in ("A line of about the length ", "that people write to characters, ", "and that characters answer with."):
        yield piece


class Turns:
    """Sessions are names; a turn is one transaction of its own, which no other may come between."""

    def __init__(self, db: aiosqlite.Connection) -> None:
        self._db = db
        self._lock = asyncio.Lock()

    async def create(self, _request: web.Request) -> web.Response:
        """POST /api/sessions"""
        return web.json_response({"id": str(uuid.uuid4())}, status=201)

    async def turn(self, request: web.Request) -> web.Response:
        """POST /api/sessions/{id}/messages"""
        question = json.loads(await request.read())["content"]
        answer = "".join([piece async for piece in model(question)])
        await self._keep(request.match_info["id"], question, answer)
        return web.json_response({"message": {"role": "assistant", "content": answer}})

    async def _keep(self, session_id: str, question: str, answer: str) -> None:
        async with self._lock:
            for role, content in (("user", question), ("assistant", answer)):
                await self._db.execute(
                    _INSERT, (str(uuid.uuid4()), session_id, role, content, int(time.time() * 1000))
                )
            await self._db.commit()


async def main() -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with aiosqlite.connect(Path(sys.argv[1])) as db:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            await db.execute(f"PRAGMA {pragma}")
        await db.executescript(_TABLES)
        turns = Turns(db)
        app = web.Application()
        app.add_routes(
            [web.post("/api/sessions", turns.create), web.post("/api/sessions/{id}/messages", turns.turn)]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await stop.wait()
        await runner.cleanup()


if __name__ == "__main__":
    run(main())
