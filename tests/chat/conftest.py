"""Conversations on a real database, with a model that says what a test wants."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.company import Company
from agent_runtime.chat.conversations import Conversations, Guest, Mode, Words
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.recollector import Forgetful, Recollector
from agent_runtime.chat.replying import Replier
from agent_runtime.chat.starting import Starting
from agent_runtime.chat.talks import NOBODY, Talks
from agent_runtime.chat.tracing import Tracing
from agent_runtime.chat.turn import Reply, Turn
from agent_runtime.chat.windows import Windows
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.conversation import Session
from agent_runtime.core.ports import ChatModel, Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt
from agent_runtime.live.memory import MemoryLiveState
from agent_runtime.projection.heart import Heart
from agent_runtime.store.database import Database
from tests.store.values import new_id

ADA = Character(name="Ada Byron", slug="ada", nickname="Ada")


@dataclass
class Puppet:
    """A ChatModel: says `pieces`; before the last it waits for `go`; then it ends, or raises `failure`.

    `tells` that it says what it was sent.
    """

    pieces: Sequence[str] = ("Good ", "evening.")
    failure: Exception | None = None
    finishes: bool = True
    go: asyncio.Event = field(default_factory=asyncio.Event)
    is_waiting: asyncio.Event = field(default_factory=asyncio.Event)
    prompts: list[Prompt] = field(default_factory=list)
    name: str = "puppet"
    tells: bool = False

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        self.prompts.append(prompt)
        if self.tells:
            yield Sent(self.name, prompt.messages())
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


@dataclass
class Chatting:
    """All of talk on one database, with a shorter way to say something."""

    starting: Starting
    conversations: Conversations
    tracing: Tracing
    windows: Windows

    async def session(self, guest: Guest = NOBODY) -> str:
        """A new conversation with Ada."""
        started = await self.starting.start("ada", guest, {})
        assert isinstance(started, Session)
        return started.id

    async def say(self, session: str, content: str, guest: Guest = NOBODY, mode: Mode = "queue") -> Turn:
        return await self.conversations.say(session, Words(content, guest, mode))

    async def answer(self, session: str, content: str, guest: Guest = NOBODY) -> Reply:
        """A whole turn."""
        return await (await self.say(session, content, guest)).reply()


@pytest.fixture
async def chat(database: Database, puppet: Puppet) -> AsyncIterator[Chatting]:
    built = chat_on(database, puppet)
    yield built
    await built.conversations.close(0)


def chat_on(
    database: Database,
    puppet: ChatModel,
    window: int = 6,
    waiting: int = 2,
    recollector: Recollector | None = None,
    clock: Clock | None = None,
) -> Chatting:
    """As the roof builds it; built again on the same database it is another process, or the same after a restart."""
    clock = clock or SystemClock()

    async def awaken(character: Character) -> Agent:
        heart = Heart(character.slug, character, clock.time())
        return Agent(character, heart, clock, stage_of=lambda _subject, _now: None)

    company = Company({"ada": ADA}, {}, awaken, MemoryLiveState())
    messages, files, turns, claims = database.messages, database.character_files, database.turns, database.claims
    talks = Talks(database.sessions, files, company.character)
    starting = Starting(database.sessions, messages, files, claims, talks, clock, new_id)
    tracing, windows = Tracing(database.traces, clock), Windows(messages, window)
    replier = Replier(turns, puppet, company, clock, new_id, windows, tracing, recollector=recollector or Forgetful())
    conversations = Conversations(
        talks, turns, claims, messages, replier, Lanes(waiting), clock, new_id, owner=new_id()
    )
    return Chatting(starting, conversations, tracing, windows)
