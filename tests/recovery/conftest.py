"""An engine, and a client on the real Redis, for the tests of recovery."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from agent_runtime.live.connection import commands_client
from tests.domains.streams import Engine


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = commands_client(redis_url)
    yield client
    await client.aclose()
