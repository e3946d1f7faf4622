"""Whatever somebody leaves under a key: it is unknown and counted, stays as it is, and the next good value is read."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from redis.asyncio import Redis

from agent_runtime.core.lots import AuctionBid, AuctionPrice, AuctionState, LotSnapshot
from agent_runtime.live.keys import Expiry
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.platform import PlatformKeys
from agent_runtime.live.state import RedisLiveState
from agent_runtime.live.values import RedisValues
from tests.live.platform_values import CAMPAIGN, LIMIT, STREAM
from tests.live.shapes import MOOD

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LOT = LotSnapshot(
    "lot-1",
    AuctionState(id="lot-1", status="ACTIVE"),
    AuctionPrice(auction_id="lot-1", current_price=Decimal(5), last_update_time=NOON),
    AuctionBid(id="bid-9", auction_id="lot-1", amount=Decimal(7), timestamp=NOON + timedelta(seconds=1)),
)


class Place(NamedTuple):
    """A key and how its good value is written and read; `good` is what is read then."""

    name: str
    put: Callable[[RedisValues], Awaitable[None]]
    read: Callable[[RedisValues], Awaitable[object]]
    good: object


async def _lot(values: RedisValues) -> object:
    (lot,) = await EngineKeys(values).lots(["lot-1"])
    return lot.price


PLACES = [
    Place(
        "campaign:campaign-1",
        lambda values: PlatformKeys(values).put_campaign(CAMPAIGN),
        lambda values: PlatformKeys(values).campaign("campaign-1"),
        CAMPAIGN,
    ),
    Place(
        "stream:stream-1",
        lambda values: PlatformKeys(values).put_stream(STREAM),
        lambda values: PlatformKeys(values).stream("stream-1"),
        STREAM,
    ),
    Place(
        "stream:viewers:stream-1",
        lambda values: PlatformKeys(values).put_stream_viewers("stream-1", 3),
        lambda values: PlatformKeys(values).stream_viewers("stream-1"),
        3,
    ),
    Place(
        "rate:limit:bids:user-1",
        lambda values: PlatformKeys(values).put_rate_limit(LIMIT, 60),
        lambda values: PlatformKeys(values).rate_limit("bids", "user-1"),
        LIMIT,
    ),
    Place("auction:price:lot-1", lambda values: EngineKeys(values).put_lot(LOT), _lot, LOT.price),
    Place(
        "agent:mood:a-1",
        lambda values: RedisLiveState(values.client).put_mood(MOOD),
        lambda values: RedisLiveState(values.client).read_mood("a-1"),
        MOOD,
    ),
]
EACH = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
RAW = {
    "K3 not JSON": b"not json",
    "K3 half of it": b'{"id": "campaign-1"',
    "K3 another shape": b'{"agent": []}',
    "K3 nothing in it": b"{}",
    "K3 null": b"null",
    "K3 a list": b"[]",
    "K3 a flag": b"true",
    "K3 too deep": b"[" * 60_000,
    "K3 not a number": b"NaN",
    "K3 a number without end": b"1e999999",
    "K3 not UTF-8": b"\xff\xfe",
    "K4 a NUL": b'"\\u0000"',
    "K4 another mood": b'{"mood": 7}',
    "K4 NUL bytes": b"\x00\x00",
}


async def _then_a_good_value_is_read(values: RedisValues, place: Place) -> None:
    await values.client.delete(place.name)
    values.unreadable.clear()
    await place.put(values)
    assert await place.read(values) == place.good
    assert not values.unreadable


@EACH
async def test_k1_a_key_that_is_not_there_or_gone_is_unknown_and_not_zero(client: Redis, place: Place) -> None:
    values = RedisValues(client)
    assert await place.read(values) is None
    await place.put(values)
    await client.pexpireat(place.name, 1)
    assert await place.read(values) is None
    assert not values.unreadable
    await _then_a_good_value_is_read(values, place)


@EACH
@pytest.mark.parametrize("kind", ["list", "hash", "set", "stream"])
async def test_k2_another_type_is_unknown_and_stays_as_it_is(client: Redis, place: Place, kind: str) -> None:
    values = RedisValues(client)
    match kind:
        case "list":
            await client.rpush(place.name, "x")
        case "hash":
            await client.hset(place.name, "field", "x")
        case "set":
            await client.sadd(place.name, "x")
        case _:
            await client.xadd(place.name, {"field": "x"})
    assert await place.read(values) is None
    assert (await client.type(place.name)).decode() == kind
    await _then_a_good_value_is_read(values, place)


@EACH
@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
async def test_k3_k4_a_value_of_another_shape_is_unknown_and_stays_as_it_is(
    client: Redis, place: Place, raw: bytes
) -> None:
    values = RedisValues(client)
    await client.set(place.name, raw, ex=60)
    assert await place.read(values) is None
    assert await client.get(place.name) == raw
    await _then_a_good_value_is_read(values, place)


@EACH
async def test_k3_ten_megabytes_are_not_fetched(client: Redis, place: Place) -> None:
    values = RedisValues(client)
    await client.set(place.name, b'"' + b"x" * 10_000_000 + b'"', ex=60)
    before = (await client.info("stats"))["total_net_output_bytes"]
    assert await place.read(values) is None
    assert (await client.info("stats"))["total_net_output_bytes"] - before < 200_000
    await _then_a_good_value_is_read(values, place)


async def test_k5_a_price_and_a_bid_that_disagree_come_with_their_moments(client: Redis) -> None:
    await EngineKeys(RedisValues(client)).put_lot(LOT)
    (lot,) = await EngineKeys(RedisValues(client)).lots(["lot-1"])
    assert lot == LOT  # what belongs together is for those to say who know what was before
    assert lot.price is not None
    assert lot.bid is not None
    assert lot.price.last_update_time is not None
    assert lot.bid.timestamp is not None
    assert lot.price.last_update_time < lot.bid.timestamp


@pytest.mark.parametrize("seconds", [None, 10 * 365 * Expiry.DAY])
async def test_k6_a_key_of_ours_that_was_made_to_last_lives_a_day_from_the_next_write(
    client: Redis, seconds: int | None
) -> None:
    live = RedisLiveState(client)
    await client.set("agent:mood:a-1", MOOD.as_json(), ex=seconds)
    await live.put_mood(MOOD)
    assert Expiry.DAY - 10 < await client.ttl("agent:mood:a-1") <= Expiry.DAY
    assert await live.read_mood("a-1") == MOOD
