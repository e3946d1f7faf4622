"""Clients that send a history again, on a clock that can be put forward."""

from collections.abc import AsyncIterator

import pytest

from agent_runtime.chat.continuing import Continuing
from agent_runtime.store.database import Database
from tests.chat.clients import Counting, FrontEnd, LaterClock, continuing_on
from tests.chat.conftest import Chatting, chat_on

ELEVEN_MINUTES = 660


@pytest.fixture
def model() -> Counting:
    return Counting()


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


@pytest.fixture
async def chat(database: Database, model: Counting) -> AsyncIterator[Chatting]:
    built = chat_on(database, model)
    yield built
    await built.conversations.close(0)


@pytest.fixture
def continuing(database: Database, chat: Chatting, clock: LaterClock) -> Continuing:
    return continuing_on(database, chat, clock)


@pytest.fixture
def client(continuing: Continuing) -> FrontEnd:
    return FrontEnd(continuing)
