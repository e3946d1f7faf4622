"""A process to be killed: appends without end and prints each id once it was told that the message is kept."""

import asyncio
import sys

from agent_runtime.store.database import Database
from tests.store.values import message, session


async def _main(url: str) -> None:
    async with Database(url) as database:

        async def talk() -> None:
            owner = await database.sessions.create(session())
            while True:
                kept = await database.messages.append(message(owner.id))
                sys.stdout.write(f"{kept.id} {kept.session_id} {kept.seq}\n")
                sys.stdout.flush()

        await asyncio.gather(*(talk() for _ in range(8)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
