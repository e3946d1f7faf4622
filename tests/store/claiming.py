"""Turns begun all at once under ten keys; as a process, it prints the turn that each was told of."""

import asyncio
import sys
from collections.abc import Sequence

from agent_runtime.core.errors import TurnRunning
from agent_runtime.core.turns import Claimed
from agent_runtime.store.database import Database
from tests.store.values import NOON, claim, message, turn


async def begin_some(database: Database, sessions: Sequence[str], count: int) -> list[str]:
    """Begin so many turns under ten keys, a key in any of the sessions; ids of the turns that were begun instead.

    In a session one comes after the other.
    """

    async def begin(number: int) -> str:
        given = turn(sessions[number % len(sessions)])
        said = message(given.session_id)
        while True:
            try:
                outcome = await database.turns.begin(given, said, claim(f"k{number % 10}"))
            except TurnRunning:
                await asyncio.sleep(0.005)
                continue
            if isinstance(outcome, Claimed):
                return outcome.id
            await database.turns.finish(given.id, "done", None, at=NOON)
            return given.id

    return await asyncio.gather(*(begin(number) for number in range(count)))


async def _main(url: str, count: str, *sessions: str) -> None:
    async with Database(url) as database:
        for turn_id in await begin_some(database, sessions, int(count)):
            sys.stdout.write(f"{turn_id}\n")


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
