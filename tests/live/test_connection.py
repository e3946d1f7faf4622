"""Reaching Redis: wrong URLs, absent servers and denied rights are said in words, never with a password."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.live.channels import RedisPublisher
from agent_runtime.live.connection import check_url, commands_client, connect, masked, probe
from agent_runtime.live.state import RedisLiveState
from tests.live.shapes import MOOD
from tests.servers.redis import RedisServer

RIGHTS = (
    "ACL SETUSER runtime on >hunter2 resetkeys resetchannels -@all ~agent:* ~auction:* ~rt:* &events:* "
    "+@connection +@pubsub +getrange +set +scan +multi +exec +discard"
)


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://localhost:6379/3?protocol=3",
        "rediss://runtime:hunter2@redis.example:6380/0?ssl_ca_certs=/ca.pem",
        "redis://:p%40ss%2F@10.0.0.1:6379",
        "redis://[::1]:6379/0",
        "unix:///run/redis.sock?db=2",
    ],
)
def test_a_good_url_stays_as_it_is(url: str) -> None:
    assert check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis//:hunter2@localhost",
        "redis:hunter2@localhost:6379",
        "http://:hunter2@localhost",
        "reddis://u:hunter2@localhost",
        "redis://",
        "redis://:hunter2@:6379",
        "redis://u:hunter2@localhost:port",
        "redis://u:hunter2/x@localhost:6379",
        "redis://localhost:70000",
        "redis://localhost:0",
        "redis://localhost/zero",
        "redis://localhost?db=-1",
        "redis://localhost?protocol=4",
        "redis://localhost?socket_timeout=9000",
        "redis://localhost?sokcet=1&password=hunter2",
        "unix://run/redis.sock?password=hunter2",
        "redis://[::1:6379",
    ],
)
def test_a_wrong_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        commands_client(url)
    assert "Redis URL" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_a_url_is_shown_without_what_could_be_a_password() -> None:
    assert masked("redis://u:hunter2@h:6379/0") == "redis://***@h:6379/0"
    assert masked("redis://u:hun@ter2@h:6379/0") == "redis://***@h:6379/0"
    assert masked("unix:///s?db=1&password=hunter2&x=1") == "unix:///s?db=1&password=***&x=1"
    assert masked("redis://h:6379/0") == "redis://h:6379/0"


async def test_a_server_that_is_there_answers(redis_url: str) -> None:
    client = await connect(redis_url)
    assert await client.dbsize() == 0
    await client.aclose()


async def test_a_server_that_is_away_is_named_with_what_to_do(redis_server: RedisServer) -> None:
    redis_server.kill()
    with pytest.raises(Unavailable) as absence:
        await connect(f"redis://u:hunter2@127.0.0.1:{redis_server.port}/0")
    assert f"127.0.0.1:{redis_server.port}" in str(absence.value)
    assert "is it running" in str(absence.value)
    assert "hunter2" not in str(absence.value)


async def test_a_frozen_server_is_given_up(redis_server: RedisServer) -> None:
    redis_server.freeze()
    async with asyncio.timeout(8):
        with pytest.raises(Unavailable, match="frozen"):
            await connect(redis_server.url)


async def test_commands_to_a_frozen_server_end_and_the_next_ones_work(redis_server: RedisServer) -> None:
    client = commands_client(redis_server.url)
    live = RedisLiveState(client)
    await live.put_mood(MOOD)
    redis_server.freeze()
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            await live.read_mood("a-1")
        with pytest.raises(Unavailable):
            await live.put_mood(MOOD)
        with pytest.raises(Unavailable):
            await RedisPublisher(client).publish("events:agent", b"{}")
    redis_server.thaw()
    assert await live.read_mood("a-1") == MOOD
    await client.aclose()


async def test_many_commands_wait_for_a_connection_instead_of_failing(redis_url: str) -> None:
    client = commands_client(redis_url)
    live = RedisLiveState(client)
    await live.put_mood(MOOD)
    assert await asyncio.gather(*(live.read_mood("a-1") for _ in range(200))) == [MOOD] * 200
    assert len(client.connection_pool._available_connections) <= 16
    await client.aclose()


async def test_a_restarted_server_is_used_without_a_failure(redis_server: RedisServer) -> None:
    client = commands_client(redis_server.url)
    live = RedisLiveState(client)
    await asyncio.gather(*(live.put_mood(MOOD) for _ in range(20)))
    redis_server.kill()
    redis_server.start()
    assert await asyncio.gather(*(live.read_mood("a-1") for _ in range(20))) == [MOOD] * 20
    await client.aclose()


async def test_a_full_server_refuses_writes_and_still_publishes(redis_server: RedisServer) -> None:
    client = commands_client(redis_server.url)
    await client.config_set("maxmemory", "1mb")
    with pytest.raises(Unavailable, match="no memory left"):
        await RedisLiveState(client).put_mood(MOOD)
    await RedisPublisher(client).publish("events:agent", b"{}")
    await client.aclose()


@pytest.fixture
async def admin(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = commands_client(redis_server.url)
    yield client
    await client.aclose()


async def test_denied_rights_are_named(admin: Redis, redis_server: RedisServer) -> None:
    await admin.execute_command(
        "ACL", "SETUSER", "narrow", "on", ">hunter2", "~agent:*", "&events:*", "+@connection", "+set", "+publish"
    )
    url = f"redis://narrow:hunter2@127.0.0.1:{redis_server.port}/0"
    with pytest.raises(Unavailable) as denial:
        await connect(url)
    for name in ("GETRANGE agent:*", "SET rt:*", "SCAN"):
        assert name in str(denial.value)
    assert "SET agent:*" not in str(denial.value)
    assert "hunter2" not in str(denial.value)
    client = commands_client(url)
    await RedisPublisher(client).publish("events:agent", b"{}")
    with pytest.raises(Unavailable, match="does not allow PUBLISH secret"):
        await RedisPublisher(client).publish("secret", b"{}")
    with pytest.raises(Unavailable, match="does not allow reading agent:mood:a-1"):
        await RedisLiveState(client).read_mood("a-1")
    await client.aclose()


async def test_the_rights_it_asks_for_are_all_it_needs(admin: Redis, redis_server: RedisServer) -> None:
    await admin.execute_command(*RIGHTS.split())
    client = await connect(f"redis://runtime:hunter2@127.0.0.1:{redis_server.port}/0")
    assert await admin.keys("*") == []
    await RedisLiveState(client).put_mood(MOOD)
    await client.aclose()


async def test_a_wrong_password_is_said_to_be_one(admin: Redis, redis_server: RedisServer) -> None:
    await admin.execute_command("ACL", "SETUSER", "runtime", "on", ">hunter2", "allkeys", "allchannels", "allcommands")
    with pytest.raises(Unavailable, match="refuses the login"):
        await connect(f"redis://runtime:hunter3@127.0.0.1:{redis_server.port}/0")


async def test_a_unix_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"redis\.sock"):
        await connect(f"unix://{tmp_path}/redis.sock")


async def test_a_database_that_is_not_there_is_said(redis_server: RedisServer) -> None:
    with pytest.raises(Unavailable, match="out of range"):
        await connect(f"redis://127.0.0.1:{redis_server.port}/99")


async def test_probing_a_client_again_changes_nothing(redis_url: str) -> None:
    client = await connect(redis_url)
    await probe(client)
    assert await client.dbsize() == 0
    await client.aclose()
