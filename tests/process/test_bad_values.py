"""Whatever somebody sends or leaves under a key (rows E and K of the catalogue): the next valid bid is narrated."""

import json
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from tests.bad_events import ROWS
from tests.domains.streams import Engine
from tests.process.listening import Platform, platform_on
from tests.process.lots import Lot, moment
from tests.process.runtime import RuntimeProcess
from tests.waiting import until

Make = Callable[..., RuntimeProcess]
Deed = Callable[[Redis, str], Awaitable[object]]
_TEN_MB = b'{"auctionId":"' + b"x" * 10 * 2**20 + b'"}'


def _leaves(key: str, value: bytes) -> Deed:
    """Somebody leaves a value under a key of the lot."""
    return lambda client, lot: client.set(key.format(lot=lot), value)


def _price(**fields: object) -> bytes:
    return json.dumps({"currentPrice": "1", "lastUpdateTime": moment(60), **fields}).encode()


async def _a_list(client: Redis, lot: str) -> None:
    await client.delete(f"auction:price:{lot}")
    await client.rpush(f"auction:price:{lot}", "1")


async def _expired(client: Redis, lot: str) -> None:
    await client.set(f"auction:price:{lot}", _price(auctionId=lot), px=1)


async def _torn(client: Redis, lot: str) -> None:
    """A price that is older than the bid beside it."""
    await client.set(f"auction:price:{lot}", _price(auctionId=lot, lastUpdateTime=moment(-60)))
    bid = {"id": "torn", "auctionId": lot, "userId": "u", "amount": "7", "currency": "USD", "timestamp": moment(-30)}
    await client.set(f"auction:bid:{lot}", json.dumps(bid))


DEEDS: dict[str, Deed] = {
    "K1 nothing there": lambda client, lot: client.delete(f"auction:price:{lot}"),
    "K1 expired meanwhile": _expired,
    "K2 a list": _a_list,
    "K3 not JSON": _leaves("auction:{lot}", b"\xff not JSON"),
    "K3 another shape": _leaves("auction:timer:{lot}", b'{"seconds": 5}'),
    "K3 ten megabytes": _leaves("auction:bid:{lot}", _TEN_MB),
    "K3 of another lot": _leaves("auction:price:{lot}", _price(auctionId="another")),
    "K3 a price that is none": _leaves("auction:price:{lot}", _price(currentPrice="1e999999")),
    "K4 a mood of NUL": _leaves("agent:mood:vesper", b"\x00"),
    "K4 a mood that is a number": _leaves("agent:mood:vesper", b'{"mood": 7}'),
    "K5 a price that does not belong to its bid": _torn,
    "K6 no expiry": lambda client, lot: client.persist("agent:vesper"),
}


async def _bids(platform: Platform, lot: Lot, amount: int) -> None:
    """A valid bid, until it is narrated."""
    await platform.publish(*lot.bid("kestrel9", str(amount)), lot.price(str(amount)))
    await platform.hears_line_with(f"${amount:,}")


async def _resynced(client: Redis, started: RuntimeProcess) -> None:
    """The runtime has lost its subscription, has it again, and has read the keys."""
    before = started.log.count("resynced")
    await client.client_kill_filter(_type="pubsub", skipme=True)
    await until(lambda: started.log.count("resynced") > before)


@pytest.fixture
def hasty(runtime: Make) -> RuntimeProcess:
    """A runtime whose host says everything at once."""
    return runtime("narration.speed=max").start()


async def test_after_every_bad_key_the_next_bid_is_narrated(hasty: RuntimeProcess) -> None:
    lot = Lot("Salt Ledger")
    async with Redis.from_url(hasty.redis_url, socket_timeout=10) as client:
        for number, (row, deed) in enumerate(DEEDS.items()):
            async with platform_on(hasty.redis_url) as platform:
                if number == 0:
                    await platform.publish(lot.start())
                await deed(client, lot.id)
            await _resynced(client, hasty)
            async with platform_on(hasty.redis_url) as platform:
                await _bids(platform, lot, 1000 * (number + 1))
            assert hasty.is_alive, row
        assert await client.type(f"auction:bid:{lot.id}") == b"string"
        assert await client.strlen(f"auction:bid:{lot.id}") < len(_TEN_MB)  # a simulator wrote a torn one after it
        assert 0 < await client.ttl("agent:vesper") <= 86_400
    assert hasty.stop() == 0


async def test_after_every_bad_event_the_next_bid_is_narrated(hasty: RuntimeProcess) -> None:
    lot = Lot("Salt Ledger")
    async with platform_on(hasty.redis_url) as platform:
        await platform.publish(lot.start())
        for number, (row, bad, _verdict) in enumerate(ROWS):
            await platform.client.publish("events:auction", bad(Engine()))
            await _bids(platform, lot, 1000 * (number + 1))
            assert hasty.is_alive, row
    assert hasty.stop() == 0
