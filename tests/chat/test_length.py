"""A turn costs the same in a session of five thousand messages as in one of twenty."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from agent_runtime.core.conversation import Message, Role
from agent_runtime.store.database import Database
from agent_runtime.store.messages import SqlMessages
from tests.chat.conftest import Chatting, Puppet, chat_on
from tests.store.test_plans import noted
from tests.store.values import message

_SHORT, _LONG = 20, 5_000
_AT_ONCE = 1_000
_WINDOW = 6
_ROLES: tuple[Role, Role] = ("user", "assistant")


@dataclass(frozen=True)
class Counted(SqlMessages):
    """Messages as kept; how many each reading gave is noted."""

    given: list[int] = field(default_factory=list)

    async def path(self, message_id: str, limit: int) -> Sequence[Message]:
        return self._noted(await super().path(message_id, limit))

    async def recent(self, session_id: str, limit: int) -> Sequence[Message]:
        return self._noted(await super().recent(session_id, limit))

    def _noted(self, found: Sequence[Message]) -> Sequence[Message]:
        self.given.append(len(found))
        return found


@pytest.fixture
async def counted(database: Database) -> AsyncIterator[Counted]:
    kept = database.messages
    counted = Counted(kept.engine, kept.writer, kept.indexer)
    database.messages = counted
    yield counted


async def _session_of(database: Database, chat: Chatting, length: int) -> str:
    session_id = await chat.session()
    for first in range(0, length, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, length))
        said = [message(session_id, f"line {number}", role=_ROLES[number % 2]) for number in numbers]
        await asyncio.gather(*(database.messages.append(each) for each in said))
    return session_id


@dataclass(frozen=True)
class Cost:
    """Statements that read, and the messages that each reading gave."""

    statements: int
    given: tuple[int, ...]


async def _cost(database: Database, counted: Counted, chat: Chatting, session_id: str) -> Cost:
    counted.given.clear()
    with await database.messages.engine.read(noted) as statements:
        await chat.answer(session_id, "And then?")
    return Cost(len(statements), tuple(counted.given))


async def test_what_a_turn_reads_does_not_grow_with_its_session(
    database: Database, counted: Counted, puppet: Puppet
) -> None:
    before = chat_on(database, puppet, window=_WINDOW)
    short, long = [await _session_of(database, before, length) for length in (_SHORT, _LONG)]
    chat = chat_on(database, puppet, window=_WINDOW)  # after a restart: nothing is at hand

    assert await _cost(database, counted, chat, long) == await _cost(database, counted, chat, short)
    assert counted.given == [_WINDOW]
    assert await _cost(database, counted, chat, long) == Cost(0, ()), "what was just said is at hand"
    assert await _cost(database, counted, chat, short) == Cost(0, ())
    assert [len(prompt.history) for prompt in puppet.prompts] == [_WINDOW] * 4
    await before.conversations.close(0)
    await chat.conversations.close(0)
