"""A turn as the store keeps it, without HTTP and model: two grouped appends against two inserts and a commit.

Each round uses new files on the same disk, both with synchronous=FULL. The floor is one aiosqlite connection on which
each turn is its own transaction, as any correct handler must have it.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from agent_runtime.core.conversation import NewMessage, Role, Session
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from benchmarks.figures import Effort, Figure, median
from benchmarks.raw_turns import opened

_TEXT = "A line of about the length that people write to characters, and that characters answer with."
_ROLES: tuple[Role, Role] = ("user", "assistant")
_CONCURRENCY = (1, 16, 64)
Turn = Callable[[str], Awaitable[None]]


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """Time a turn at several concurrencies."""
    figures = []
    for concurrency in _CONCURRENCY:
        ours, floor = [], []
        for number in range(effort.rounds):
            name = f"{concurrency}-{number}"
            floor.append(await _raw(folder / f"raw-{name}.db", concurrency, effort.seconds / 4))
            ours.append(await _kept(f"sqlite:///{folder / f'store-{name}.db'}", concurrency, effort.seconds / 4))
        figures.append(Figure("appends", f"a turn kept, concurrency {concurrency}", "µs", median(ours), median(floor)))
    return figures


async def _raw(path: Path, concurrency: int, seconds: float) -> float:
    """The floor, in microseconds a turn."""
    async with opened(path) as keep:

        async def turn(session_id: str) -> None:
            await keep(session_id, _TEXT, _TEXT)

        return await _spent(turn, [str(uuid.uuid4()) for _ in range(concurrency)], seconds)


async def _kept(url: str, concurrency: int, seconds: float) -> float:
    """Ours, in microseconds a turn: the user's message is on disk before the reply is begun."""
    await asyncio.to_thread(schema.upgrade, url)
    async with Database(url) as database:

        async def turn(session_id: str) -> None:
            for role in _ROLES:
                message = NewMessage(
                    id=str(uuid.uuid4()), session_id=session_id, role=role, content=_TEXT, created_at=datetime.now(UTC)
                )
                await database.messages.append(message)

        ids = [str(uuid.uuid4()) for _ in range(concurrency)]
        now = datetime.now(UTC)
        for session_id in ids:
            await database.sessions.create(Session(id=session_id, character="ada", created_at=now, updated_at=now))
        return await _spent(turn, ids, seconds)


async def _spent(turn: Turn, sessions: list[str], seconds: float) -> float:
    """Microseconds a turn over all sessions, each of which takes turns one after the other for that long."""
    began = time.perf_counter()

    async def talk(session_id: str) -> int:
        turns = 0
        while time.perf_counter() < began + seconds:
            await turn(session_id)
            turns += 1
        return turns

    turns = sum(await asyncio.gather(*(talk(session_id) for session_id in sessions)))
    return (time.perf_counter() - began) / turns * 1e6
