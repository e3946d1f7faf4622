"""A Redis server asked how it is, and a message sent around."""

import pytest

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.live.examining import examine
from tests.servers.redis import RedisServer


async def test_a_server_tells_of_itself_and_a_message_comes_back(redis_server: RedisServer) -> None:
    with redis_server.client() as client:
        client.config_set("maxmemory", "100mb")
        client.config_set("maxmemory-policy", "volatile-ttl")
    seen = await examine(redis_server.url)
    assert seen.place == f"127.0.0.1:{redis_server.port}/0"
    assert seen.version
    assert (seen.policy, seen.max_bytes, seen.is_append_only) == ("volatile-ttl", 100 * 1024**2, True)
    assert seen.round_ms > 0
    with redis_server.client() as client:
        assert client.keys() == []


async def test_a_channel_that_is_not_allowed_is_told(redis_server: RedisServer) -> None:
    with redis_server.client() as client:
        client.execute_command("ACL", "SETUSER", "deaf", "reset", "on", ">secret", "~*", "&others", "+@all")
    with pytest.raises(Unavailable, match="does not allow"):
        await examine(redis_server.url.replace("//", "//deaf:secret@"))


async def test_one_that_is_away_or_cannot_be_meant_is_told(redis_server: RedisServer) -> None:
    redis_server.kill()
    with pytest.raises(Unavailable):
        await examine(redis_server.url)
    with pytest.raises(Misconfigured):
        await examine("redis//nowhere")
