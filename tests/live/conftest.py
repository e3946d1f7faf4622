"""Clients on the real Redis for the tests of this room."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from agent_runtime.live.connection import commands_client


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    client = commands_client(redis_url)
    yield client
    await client.aclose()
