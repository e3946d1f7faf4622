"""Conversations on a real database, with a model that says what a test wants."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.company import Company
from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.windows import Windows
from agent_runtime.core.character import Character
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.ports import Delta, Finish
from agent_runtime.core.prompt import Prompt
from agent_runtime.live.memory import MemoryLiveState
from agent_runtime.projection.heart import Heart
from agent_runtime.store.database import Database
from tests.store.values import new_id

ADA = Character(name="Ada Byron", slug="ada", nickname="Ada")


@dataclass
class Puppet:
    """A ChatModel: says `pieces`; before the last it waits for `go`; then it ends, or raises `failure`."""

    pieces: Sequence[str] = ("Good ", "evening.")
    failure: Exception | None = None
    finishes: bool = True
    go: asyncio.Event = field(default_factory=asyncio.Event)
    is_waiting: asyncio.Event = field(default_factory=asyncio.Event)
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "puppet"

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        self.prompts.append(prompt)
        for number, piece in enumerate(self.pieces):
            if number == len(self.pieces) - 1:
                self.is_waiting.set()
                await self.go.wait()
            yield Delta(piece)
        if self.failure is not None:
            raise self.failure
        if self.finishes:
            yield Finish("stop", 3, 2)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def puppet() -> Puppet:
    """A model that does not wait."""
    puppet = Puppet()
    puppet.go.set()
    return puppet


@pytest.fixture
async def database(migrated_url: Callable[[str], str]) -> AsyncIterator[Database]:
    async with Database(migrated_url("sqlite")) as database:
        yield database


@pytest.fixture
async def conversations(database: Database, puppet: Puppet) -> AsyncIterator[Conversations]:
    built = conversations_on(database, puppet)
    yield built
    await built.close(0)


def conversations_on(database: Database, puppet: Puppet, window: int = 6, waiting: int = 2) -> Conversations:
    """As the roof builds them; built again on the same database they are those after a restart."""
    clock = SystemClock()

    async def awaken(character: Character) -> Agent:
        heart = Heart(character.slug, character, clock.time())
        return Agent(character, heart, clock, stage_of=lambda _subject, _now: None)

    return Conversations(
        sessions=database.sessions,
        messages=database.messages,
        character_files=database.character_files,
        model=puppet,
        company=Company({"ada": ADA}, {}, awaken, MemoryLiveState()),
        clock=clock,
        new_id=new_id,
        lanes=Lanes(waiting),
        windows=Windows(database.messages, window),
    )
