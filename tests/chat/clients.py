"""Clients that know nothing of sessions: they keep the conversation themselves and send it again with every turn."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any

from agent_runtime.chat.chain import Said
from agent_runtime.chat.continuing import Continuing
from agent_runtime.chat.crowds import Crowds
from agent_runtime.chat.importing import Importing
from agent_runtime.chat.looking import Looking
from agent_runtime.chat.placing import ClientTurn
from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.conversation import Message
from agent_runtime.core.ports import Delta, Finish
from agent_runtime.core.prompt import Prompt
from agent_runtime.store.database import Database
from tests.chat.conftest import Chatting
from tests.store.values import new_id


class LaterClock(SystemClock):
    """The machine's clock, put forward."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def time(self) -> float:
        return super().time() + self.ahead_s


@dataclass
class Counting:
    """A ChatModel whose every reply is another one; it waits for `go`."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "counting"

    def __post_init__(self) -> None:
        self.go.set()

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        self.prompts.append(prompt)
        number = len(self.prompts)
        yield Delta(f"Reply {number} ")
        await self.go.wait()
        yield Delta(f"to {prompt.question!r}. \n")
        yield Finish("stop")

    async def close(self) -> None:
        """Nothing is open."""


def continuing_on(database: Database, chat: Chatting, clock: Clock | None = None) -> Continuing:
    """As the roof builds it."""
    clock = clock or SystemClock()
    return Continuing(
        chat.conversations,
        chat.starting,
        Importing(database.messages, clock, new_id),
        Looking(database.sessions, database.messages, clock),
        Crowds(clock),
    )


@dataclass
class FrontEnd:
    """One conversation in a front end. `history` is what it shows; `begun` the sessions its turns were taken in."""

    continuing: Continuing
    named: dict[str, Any] = field(default_factory=dict)
    history: list[Said] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)

    async def say(self, words: str) -> str:
        """Say something, and show the reply."""
        self.history.append(Said("user", words))
        return await self.send()

    async def send(self, last: int = 0) -> str:
        """Send what it shows, or only the last so many messages of it, and show the reply."""
        turn = ClientTurn("ada", tuple(self.history[-last:]), **self.named)
        async with self.continuing.begun(turn) as running:
            reply = await running.reply()
        self.begun.append(reply.message.session_id)
        self.history.append(Said("assistant", reply.message.content))
        return reply.message.content

    async def regenerate(self) -> str:
        """Throw the last reply away and ask for another."""
        self.history.pop()
        return await self.send()

    async def edit(self, place: int, words: str) -> str:
        """Say something else in that place, which throws away what came after."""
        self.history[place:] = [Said("user", words)]
        return await self.send()

    def copy(self) -> "FrontEnd":
        """The same conversation in another window."""
        return replace(self, history=list(self.history), begun=list(self.begun))


async def tree(database: Database, session: str) -> list[str]:
    """Every message of a session: what it says, behind what; as they were kept."""
    page = await database.messages.list(session, every=True, limit=200)
    texts: dict[str | None, str] = {each.id: each.content for each in page.data}
    return [f"{each.content} < {texts.get(each.parent_id, '')}" for each in page.data]


async def path(database: Database, session: str) -> list[str]:
    """What the session shows."""
    return [each.content for each in await _path(database, session)]


async def _path(database: Database, session: str) -> tuple[Message, ...]:
    return (await database.messages.list(session, limit=200)).data


async def sessions(database: Database) -> int:
    """How many there are."""
    return len((await database.sessions.list(limit=200)).data)
