"""A turn of a session of 5,000 messages against one of a session of 20: it should cost the same."""

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agent_runtime.core.conversation import NewMessage, Role, Session
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from benchmarks.figures import Aim, Effort, Figure, percentile
from benchmarks.load import Connection
from benchmarks.processes import runtime

_SHORT = 20
_SESSIONS = 4  # of each: turns go round, so that the short ones stay short
_TURNS_A_SECOND = 20
_AT_ONCE = 500
_TEXT = "A line of about the length that people write to characters, and that characters answer with."
_ROLES: tuple[Role, Role] = ("user", "assistant")
_AIM = Aim("ratio", 1.1)


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """The same words in turn to a short session and a long one, on one connection."""
    place = folder / "long"
    place.mkdir(mode=0o700)
    short, long = await _seeded(f"sqlite:///{place / 'runtime.db'}", effort.messages)
    async with runtime(place) as ours:
        connection = await Connection.to(ours.url)
        cold = {key: [await _turn(connection, each) for each in some] for key, some in (("s", short), ("l", long))}
        warm: dict[str, list[float]] = {"s": [], "l": []}
        for number in range(int(effort.rounds * effort.seconds * _TURNS_A_SECOND)):
            for key, some in (("s", short), ("l", long)):
                warm[key].append(await _turn(connection, some[number % _SESSIONS]))
        connection.close()
    return [
        _figure("the first turn after a start, p50", cold["l"], cold["s"]),
        _figure(f"a turn at {effort.messages:,} messages, p50 (floor: at 20)", warm["l"], warm["s"], _AIM),
    ]


def _figure(what: str, ours: Sequence[float], floor: Sequence[float], aim: Aim | None = None) -> Figure:
    return Figure("long", what, "ms", percentile(ours, 0.5), percentile(floor, 0.5), aim)


async def _turn(connection: Connection, session_id: str) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    answer = await connection.post(f"/api/sessions/{session_id}/messages", {"content": _TEXT})
    took = (time.perf_counter() - began) * 1000
    if not json.loads(answer)["message"]["content"]:
        raise RuntimeError("an empty reply")
    return took


async def _seeded(url: str, messages: int) -> tuple[list[str], list[str]]:
    """Ids of the short sessions and of the long ones."""
    await asyncio.to_thread(schema.upgrade, url)
    async with Database(url) as database:
        short = [await _session(database, _SHORT) for _ in range(_SESSIONS)]
        return short, [await _session(database, messages) for _ in range(_SESSIONS)]


async def _session(database: Database, count: int) -> str:
    now = datetime.now(UTC)
    session_id = str(uuid.uuid4())
    await database.sessions.create(Session(id=session_id, character="vesper", created_at=now, updated_at=now))
    for first in range(0, count, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, count))
        await asyncio.gather(
            *(
                database.messages.append(
                    NewMessage(
                        id=str(uuid.uuid4()),
                        session_id=session_id,
                        role=_ROLES[number % 2],
                        content=f"{number}. {_TEXT}",
                        created_at=now,
                    )
                )
                for number in numbers
            )
        )
    return session_id
