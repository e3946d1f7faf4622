"""The engine's four keys of a lot: one moment, each part optional, each bad field merely unknown."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from redis.asyncio import Redis

from agent_runtime.core.errors import Refused, Unavailable
from agent_runtime.core.lots import AuctionBid, AuctionPrice, AuctionState, AuctionTimer, LotSnapshot
from agent_runtime.live.connection import commands_client
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.memory import MemoryValues
from agent_runtime.live.values import RedisValues, Values
from tests.servers.redis import RedisServer

END = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
LOT = LotSnapshot(
    "lot-1",
    AuctionState(id="lot-1", art_item_id="item-1", status="ACTIVE", end_time=END, currency="ETH"),
    AuctionPrice(auction_id="lot-1", current_price=Decimal("0.136"), last_update_time=END),
    AuctionBid(id="bid-9", auction_id="lot-1", amount=Decimal("2.5"), currency="ETH", status="WINNING"),
    AuctionTimer(auction_id="lot-1", end_time=END, time_remaining=40, is_extended=False, extension_count=0),
)


@pytest.fixture(params=["redis", "memory"])
def values(request: pytest.FixtureRequest) -> Values:
    if request.param == "memory":
        return MemoryValues()
    client: Redis = request.getfixturevalue("client")
    return RedisValues(client)


async def one(values: Values, auction_id: str) -> LotSnapshot:
    (lot,) = await EngineKeys(values).lots([auction_id])
    return lot


async def test_a_lot_that_is_put_is_read_again(values: Values) -> None:
    engine = EngineKeys(values)
    await engine.put_lot(LOT)
    assert await one(values, "lot-1") == LOT
    assert not values.unreadable


async def test_a_lot_nobody_knows_is_unknown_not_zero(values: Values) -> None:
    lot = await one(values, "lot-2")
    assert lot == LotSnapshot("lot-2")
    assert lot.is_unknown


async def test_a_missing_part_is_unknown_and_the_others_are_read(values: Values) -> None:
    engine = EngineKeys(values)
    await engine.put_lot(LotSnapshot("lot-1", price=LOT.price))
    assert await one(values, "lot-1") == LotSnapshot("lot-1", price=LOT.price)


async def test_a_bad_field_is_unknown_and_the_others_are_read(values: Values) -> None:
    raw = (
        b'{"id":"lot-1","artItemId":7,"status":"OPEN","endTime":"soon","startTime":"2026-11-20T19:00:00",'
        b'"reservePrice":"1e999999","minBidIncrement":0.5,"currency":"$$$","more":[]}'
    )
    timer = b'{"auctionId":"lot-1","timeRemaining":1e308,"extensionCount":true,"isExtended":"maybe"}'
    await values.write({"auction:lot-1": raw, "auction:timer:lot-1": timer}, 60)
    lot = await one(values, "lot-1")
    assert lot.state == AuctionState(id="lot-1", start_time=END, min_bid_increment=Decimal("0.5"))
    assert lot.timer == AuctionTimer(auction_id="lot-1")


@pytest.mark.parametrize("price", ['"NaN"', '"-5"', '"1e999999"', "true", "null", '"1,000"', "[]"])
async def test_a_price_that_cannot_be_read_is_no_price(values: Values, price: str) -> None:
    raw = f'{{"auctionId":"lot-1","currentPrice":{price}}}'.encode()
    await values.write({"auction:price:lot-1": raw}, 60)
    assert (await one(values, "lot-1")).price is None
    assert values.unreadable == {"bad_shape": 1}


async def test_a_part_that_speaks_of_another_lot_is_unknown(values: Values) -> None:
    assert LOT.price is not None
    await values.write({"auction:price:lot-2": LOT.price.as_json()}, 60)
    assert (await one(values, "lot-2")).is_unknown


async def test_lots_are_found_by_their_states_alone(values: Values) -> None:
    engine = EngineKeys(values)
    await engine.put_lot(LOT)
    await engine.put_lot(LotSnapshot("lot-0", AuctionState(id="lot-0")))
    await engine.put_lot(LotSnapshot("lot-9", price=AuctionPrice(auction_id="lot-9", current_price=Decimal(1))))
    await values.write({"auction:x:y:z": b"1", "agent:a-1": b"{}"}, 60)
    assert await engine.auction_ids() == ["lot-0", "lot-1"]


async def test_the_search_for_lots_ends(client: Redis) -> None:
    values = RedisValues(client)
    await values.write({f"auction:lot-{number}": b"{}" for number in range(2000)}, 60)
    assert 0 < len(await EngineKeys(values).auction_ids(limit=400)) < 2000
    assert len(await EngineKeys(values).auction_ids()) == 2000


async def test_an_id_that_would_forge_a_key_is_refused(values: Values) -> None:
    with pytest.raises(Refused):
        await one(values, "price:lot-1")


async def test_the_wire_has_exactly_the_contracts_words(client: Redis) -> None:
    await EngineKeys(RedisValues(client)).put_lot(LOT)
    wire = {name.decode(): (await client.get(name)).decode() for name in await client.keys("*")}
    assert wire == {
        "auction:lot-1": '{"id":"lot-1","artItemId":"item-1","status":"ACTIVE","endTime":"2026-11-20T19:00:00.000Z",'
        '"currency":"ETH"}',
        "auction:price:lot-1": '{"auctionId":"lot-1","currentPrice":"0.136",'
        '"lastUpdateTime":"2026-11-20T19:00:00.000Z"}',
        "auction:bid:lot-1": '{"auctionId":"lot-1","id":"bid-9","amount":"2.5","currency":"ETH","status":"WINNING"}',
        "auction:timer:lot-1": '{"auctionId":"lot-1","endTime":"2026-11-20T19:00:00.000Z","timeRemaining":40,'
        '"isExtended":false,"extensionCount":0}',
    }
    assert all([86_390 < await client.ttl(name) <= 86_400 for name in wire])


async def test_other_types_in_the_engines_keys_do_not_hide_the_rest(client: Redis) -> None:
    values = RedisValues(client)
    await EngineKeys(values).put_lot(LOT)
    await client.delete("auction:bid:lot-1")
    await client.hset("auction:bid:lot-1", "amount", "1")
    lot = await one(values, "lot-1")
    assert (lot.bid, lot.price) == (None, LOT.price)
    assert values.unreadable == {"wrong_type": 1}


async def test_many_lots_are_read_in_the_order_asked_for_whatever_is_known_of_them(values: Values) -> None:
    engine = EngineKeys(values)
    put = [LotSnapshot(f"lot-{number}", AuctionState(id=f"lot-{number}")) for number in range(0, 121, 2)]
    for lot in put:
        await engine.put_lot(lot)
    asked = [f"lot-{number}" for number in reversed(range(121))]
    found = await engine.lots(asked)
    assert [lot.auction_id for lot in found] == asked
    assert [lot for lot in reversed(found) if not lot.is_unknown] == put
    assert await engine.lots([]) == []


async def test_what_cannot_be_read_of_many_names_a_few(redis_server: RedisServer) -> None:
    client = commands_client(redis_server.url)
    redis_server.kill()
    with pytest.raises(Unavailable, match=r"auction:timer:lot-0 and 196 more"):
        await EngineKeys(RedisValues(client)).lots([f"lot-{number}" for number in range(50)])
    await client.aclose()


def test_the_newest_moment_is_that_of_any_part_but_the_state() -> None:
    assert LOT.newest == END
    assert LotSnapshot("lot-1", LOT.state).newest is None
