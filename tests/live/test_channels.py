"""A subscription lives through everything that can happen to it, and says when something may be missing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from redis._parsers import _AsyncRESP2Parser, _AsyncRESP3Parser
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.core.events import CHANNELS
from agent_runtime.live.channels import Patience, RedisPublisher, Subscriber
from agent_runtime.live.connection import commands_client, listening_client
from tests.servers.redis import RedisServer
from tests.waiting import until

BRISK = Patience(longest_pause=0.2)
DEAF = "ACL SETUSER deaf on >hunter2 ~* &other +@all"


@dataclass
class Ear:
    """A running subscription and everything it has handed on."""

    url: str
    connect: Callable[[str], Redis] = listening_client
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    downs: list[str] = field(default_factory=list)
    patience: Patience = BRISK
    lives: int = 0

    def __post_init__(self) -> None:
        self.subscriber = Subscriber(
            self.url,
            CHANNELS,
            on_message=lambda channel, data: self.heard.append((channel, data)),
            on_live=self.now_live,
            on_down=self.downs.append,
            patience=self.patience,
            connect=self.connect,
        )

    def now_live(self) -> None:
        self.lives += 1

    async def __aenter__(self) -> "Ear":
        self.task = asyncio.create_task(self.subscriber.run(), name="subscriber")
        await until(lambda: self.subscriber.state == "live")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.wait([self.task], timeout=10)
        assert self.task.cancelled()
        assert self.subscriber.state == "down"


def of_library(options: dict[str, object]) -> Callable[[str], Redis]:
    def connect(url: str) -> Redis:
        pool = BlockingConnectionPool(**parse_url(url), socket_timeout=1, retry=Retry(NoBackoff(), 0), **options)
        return Redis.from_pool(pool)

    return connect


@pytest.fixture
async def admin(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = commands_client(redis_server.url)
    yield client
    await client.aclose()


@pytest.mark.parametrize("protocol", [2, 3])
async def test_what_is_published_is_heard_on_its_channel(redis_url: str, client: Redis, protocol: int) -> None:
    publisher = RedisPublisher(client)
    async with Ear(f"{redis_url}?protocol={protocol}") as ear:
        for channel in CHANNELS:
            await publisher.publish(channel, channel.encode())
        await publisher.publish("events:other", b"not ours")
        await publisher.publish(CHANNELS[0], b"last")
        await until(lambda: len(ear.heard) == 6)
        assert ear.heard == [*((channel, channel.encode()) for channel in CHANNELS), (CHANNELS[0], b"last")]
        assert (ear.lives, ear.downs) == (1, [])


@pytest.mark.parametrize("protocol", [2, 3])
async def test_poison_and_giants_do_not_stop_it(redis_url: str, client: Redis, protocol: int) -> None:
    async with Ear(f"{redis_url}?protocol={protocol}") as ear:
        for payload in (b"\xff\xfe", b"", b"\x00", b"[" * 65_536, b"x" * 65_537, b"x" * 1_000_000, b"fine"):
            await client.publish("events:auction", payload)
        await until(lambda: bool(ear.heard) and ear.heard[-1][1] == b"fine")
        cut = b"x" * 65_537
        assert [data for _, data in ear.heard] == [b"\xff\xfe", b"", b"\x00", b"[" * 65_536, cut, cut, b"fine"]
        assert ear.subscriber.counts == {"messages": 5, "too_big": 2, "subscriptions": 1}


@pytest.mark.parametrize("protocol", [2, 3])
async def test_it_works_on_the_librarys_own_parser(redis_url: str, client: Redis, protocol: int) -> None:
    parser = {2: _AsyncRESP2Parser, 3: _AsyncRESP3Parser}[protocol]
    async with Ear(redis_url, of_library({"protocol": protocol, "parser_class": parser})) as ear:
        for payload in (b"\xff\xfe", b"x" * 1_000_000, b"fine"):
            await client.publish("events:auction", payload)
        await until(lambda: len(ear.heard) == 3)
        assert [data for _, data in ear.heard] == [b"\xff\xfe", b"x" * 65_537, b"fine"]
        await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await until(lambda: ear.lives == 2)


@pytest.mark.parametrize("protocol", [2, 3])
async def test_a_killed_connection_comes_back_and_says_so(redis_url: str, client: Redis, protocol: int) -> None:
    async with Ear(f"{redis_url}?protocol={protocol}") as ear:
        for times in range(1, 6):
            assert await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub") >= 1
            await until(lambda times=times: ear.lives == times + 1)
            assert len(ear.downs) == times
            await client.publish("events:auction", b"%d" % times)
            await until(lambda times=times: len(ear.heard) == times)
        assert [data for _, data in ear.heard] == [b"1", b"2", b"3", b"4", b"5"]
        assert len(await client.client_list(_type="pubsub")) == 1


async def test_every_hidden_reconnect_of_the_library_is_a_gap_too(redis_url: str, client: Redis) -> None:
    def forgiving(url: str) -> Redis:
        return Redis.from_url(url, socket_timeout=1, retry=Retry(NoBackoff(), 3))

    async with Ear(redis_url, forgiving) as ear:
        await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await until(lambda: ear.lives == 2)


async def test_a_killed_server_is_noticed_and_heard_again_when_it_is_back(
    redis_server: RedisServer, admin: Redis
) -> None:
    async with Ear(redis_server.url) as ear:
        redis_server.kill()
        await until(lambda: len(ear.downs) >= 3)
        assert ear.subscriber.state != "live"
        assert all("hunter2" not in why and str(redis_server.port) in why for why in ear.downs)
        redis_server.start()
        await until(lambda: ear.lives == 2)
        await admin.publish("events:auction", b"back")
        await until(lambda: ear.heard == [("events:auction", b"back")])


async def test_a_subscriber_that_is_too_slow_for_the_server_is_told_of_the_gap(
    redis_server: RedisServer, admin: Redis
) -> None:
    await admin.config_set("client-output-buffer-limit", "pubsub 64kb 32kb 1")
    async with Ear(redis_server.url) as ear:
        await admin.publish("events:auction", b"x" * 4_000_000)
        await until(lambda: ear.lives >= 2 or ear.subscriber.counts["too_big"] == 1)
        await admin.publish("events:auction", b"after")
        await until(lambda: ear.heard[-1:] == [("events:auction", b"after")])


@pytest.mark.slow
@pytest.mark.chaos
async def test_a_frozen_server_is_found_within_eight_seconds(redis_server: RedisServer, admin: Redis) -> None:
    loop = asyncio.get_running_loop()
    async with Ear(redis_server.url) as ear:
        redis_server.freeze()
        frozen = loop.time()
        await until(lambda: bool(ear.downs), within_s=20)
        assert loop.time() - frozen <= 8
        redis_server.thaw()
        await until(lambda: ear.lives == 2)
        await admin.publish("events:auction", b"thawed")
        await until(lambda: ear.heard == [("events:auction", b"thawed")])


async def test_a_quiet_channel_is_no_dead_channel(redis_url: str) -> None:
    async with Ear(redis_url, patience=Patience(ping_every=0.1, silence=1.0)) as ear:
        await until(lambda: ear.subscriber.counts["pongs"] >= 15)
        assert (ear.lives, ear.downs) == (1, [])


async def test_a_server_that_says_nothing_is_down(redis_server: RedisServer, admin: Redis) -> None:
    async with Ear(redis_server.url, patience=Patience(ping_every=0.1, silence=0.5, longest_pause=0.2)) as ear:
        redis_server.freeze()
        await until(lambda: bool(ear.downs))
        assert "silent" in ear.downs[0]
        redis_server.thaw()
        await until(lambda: ear.lives >= 2)
        await admin.publish("events:auction", b"thawed")
        await until(lambda: ear.heard == [("events:auction", b"thawed")])


async def test_of_a_flood_nothing_is_lost_and_the_loop_goes_on(redis_url: str, client: Redis) -> None:
    async with Ear(redis_url) as ear:
        async with client.pipeline(transaction=False) as flood:
            for number in range(20_000):
                flood.publish("events:auction", b"%05d" % number + b"." * 300)
            publishing = asyncio.create_task(flood.execute())
            await until(lambda: len(ear.heard) == 20_000, within_s=30)
            await publishing
        assert [data[:5] for _, data in ear.heard] == [b"%05d" % number for number in range(20_000)]
        assert (ear.lives, ear.downs) == (1, [])


async def test_what_is_forbidden_is_said_and_not_tried_in_a_tight_loop(redis_server: RedisServer, admin: Redis) -> None:
    await admin.execute_command(*DEAF.split())
    downs: list[str] = []
    url = f"redis://deaf:hunter2@127.0.0.1:{redis_server.port}/0"
    subscriber = Subscriber(url, CHANNELS, lambda _c, _d: None, lambda: None, downs.append)
    task = asyncio.create_task(subscriber.run())
    await until(lambda: bool(downs))
    assert "does not allow SUBSCRIBE" in downs[0]
    assert "hunter2" not in downs[0]
    assert subscriber._pause() >= 2.5
    task.cancel()
    await asyncio.wait([task])


async def test_a_server_that_is_not_there_at_first_is_found_later(redis_server: RedisServer) -> None:
    redis_server.kill()
    lives: list[bool] = []
    downs: list[str] = []
    subscriber = Subscriber(
        redis_server.url, CHANNELS, lambda _c, _d: None, lambda: lives.append(True), downs.append, Patience(2, 6, 0.2)
    )
    task = asyncio.create_task(subscriber.run())
    await until(lambda: len(downs) >= 2)
    redis_server.start()
    await until(lambda: bool(lives))
    task.cancel()
    await asyncio.wait([task])


async def test_a_wrong_url_ends_it_at_once() -> None:
    with pytest.raises(Misconfigured):
        await Subscriber("redis//x", CHANNELS, lambda _c, _d: None, lambda: None, lambda _w: None).run()


async def test_publishing_without_a_server_is_unavailable(redis_server: RedisServer, admin: Redis) -> None:
    redis_server.kill()
    with pytest.raises(Unavailable, match="PUBLISH events:agent"):
        await RedisPublisher(admin).publish("events:agent", b"{}")
