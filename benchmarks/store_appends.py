"""What a kept turn costs: two grouped appends against a raw aiosqlite handler's two inserts and one commit.

Run: `python -m benchmarks.store_appends [--turns 2000] [--rounds 3] [--url postgresql://...]`. Every round runs both,
each on a new file on the same disk with synchronous=FULL; the ratio is of medians, lower is better.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite

from agent_runtime.core.conversation import NewMessage, Role, Session
from agent_runtime.store import schema
from agent_runtime.store.database import Database

_TEXT = "A line of about the length that people write to characters, and that characters answer with."
_ROLES: tuple[Role, Role] = ("user", "assistant")
_TABLES = """
CREATE TABLE messages (id TEXT PRIMARY KEY, session_id TEXT, role TEXT, content TEXT, created_at INTEGER);
CREATE INDEX newest ON messages (session_id, created_at);
"""
Turn = Callable[[str], Awaitable[None]]


async def spent(turn: Turn, sessions: list[str], turns: int) -> float:
    """Seconds a turn, when each session runs its share of `turns` one after the other."""

    async def talk(session_id: str) -> None:
        for _ in range(turns // len(sessions)):
            await turn(session_id)

    begun = time.perf_counter()
    await asyncio.gather(*(talk(session_id) for session_id in sessions))
    return (time.perf_counter() - begun) / turns


async def raw(path: Path, concurrency: int, turns: int, *, is_locked: bool) -> float:
    """The floor: one connection. Locked, each turn is its own transaction; unlocked, whoever commits first commits
    whatever the others have half done, which no correct handler may."""
    lock = asyncio.Lock() if is_locked else asyncio.Semaphore(concurrency)
    async with aiosqlite.connect(path) as db:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            await db.execute(f"PRAGMA {pragma}")
        await db.executescript(_TABLES)

        async def turn(session_id: str) -> None:
            async with lock:
                for role in _ROLES:
                    row = (str(uuid.uuid4()), session_id, role, _TEXT, int(time.time() * 1000))
                    await db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", row)
                await db.commit()

        return await spent(turn, [str(uuid.uuid4()) for _ in range(concurrency)], turns)


async def store(url: str, concurrency: int, turns: int) -> float:
    """Ours: the user's message is on disk before the reply is begun."""
    await asyncio.to_thread(schema.upgrade, url)
    async with Database(url) as database:

        async def turn(session_id: str) -> None:
            for role in _ROLES:
                now = datetime.now(UTC)
                message = NewMessage(
                    id=str(uuid.uuid4()), session_id=session_id, role=role, content=_TEXT, created_at=now
                )
                await database.messages.append(message)

        ids = [str(uuid.uuid4()) for _ in range(concurrency)]
        now = datetime.now(UTC)
        for session_id in ids:
            await database.sessions.create(Session(id=session_id, character="ada", created_at=now, updated_at=now))
        return await spent(turn, ids, turns)


async def compare(concurrency: int, turns: int, rounds: int, url: str | None) -> None:
    """Print one line: medians of `rounds` and their ratios."""
    kept, locked, unlocked = [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            locked.append(await raw(place / "locked.db", concurrency, turns, is_locked=True))
            unlocked.append(await raw(place / "unlocked.db", concurrency, turns, is_locked=False))
            kept.append(await store(url or f"sqlite:///{place / 'store.db'}", concurrency, turns))
    ours, floor, accidental = (statistics.median(times) for times in (kept, locked, unlocked))
    print(
        f"concurrency {concurrency:3}: {2 / ours:6.0f} appends/s, {ours * 1e6:4.0f} us a turn;"
        f" raw {floor * 1e6:4.0f} us, ratio {ours / floor:.2f};"
        f" raw without transactions {accidental * 1e6:4.0f} us, ratio {ours / accidental:.2f}"
    )


def main() -> None:
    """Read the options, run at concurrency 1, 16 and 64."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--turns", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", help="measure the store on this (migrated or empty) database instead of SQLite")
    options = parser.parse_args()
    for concurrency in (1, 16, 64):
        asyncio.run(compare(concurrency, options.turns, options.rounds, options.url))


if __name__ == "__main__":
    main()
