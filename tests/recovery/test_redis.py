"""Recovery on a real Redis whose subscriptions and whose server die."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from agent_runtime.cli.books import Books
from agent_runtime.core.events import CHANNELS, Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.live.channels import Patience, RedisPublisher, Subscriber
from agent_runtime.live.connection import commands_client
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.values import RedisValues
from agent_runtime.recovery import Rhythm
from tests.domains.streams import LOT, Engine, keys_after
from tests.recovery.house import AUCTIONS, RECORDING, SHORT, House
from tests.servers.redis import RedisServer
from tests.transcripts import recorded
from tests.waiting import until


@asynccontextmanager
async def listening(house: House, url: str) -> AsyncIterator[Subscriber]:
    """The house at the end of a real subscription."""
    recovery = house.recovery
    subscriber = Subscriber(
        url, CHANNELS, house.feed.hear, recovery.live, recovery.down, patience=Patience(longest_pause=0.2)
    )
    async with house.running():
        task = asyncio.create_task(subscriber.run(), name="subscriber")
        await until(lambda: recovery.counts["resyncs"] >= 1)
        yield subscriber
        task.cancel()
        await asyncio.wait([task], timeout=10)


async def test_after_a_killed_subscription_the_state_is_the_engines(
    redis_url: str, client: Redis, engine: Engine
) -> None:
    keys, publisher, books = EngineKeys(RedisValues(client)), RedisPublisher(client), Books()
    house = House(SHORT, keys)
    async with listening(house, redis_url) as subscriber:

        async def publish(event: Envelope) -> None:
            lot = books.enter(event)
            assert lot is not None
            await keys.put_lot(lot)
            await publisher.publish(AUCTIONS, event.as_json())

        await publish(engine.start())
        await until(lambda: house.host.said == [("open", LOT)])
        for number in range(5):
            await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            for event in engine.bid(1 + number, f"user-{number % 2}", str(50 + 5 * number)):
                await publish(event)
            await until(lambda number=number: subscriber.counts["subscriptions"] == number + 2)
            await until(lambda number=number: house.stage().slots.get("amount", (0,))[0] == 50 + 5 * number)
            await until(lambda number=number: house.stage().slots.get("bidder") == f"the_user-{number % 2}")
        await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await publish(engine.end(9, winningBidId="bid-lot-1-user-0-70", finalPrice="70"))
        await publish(engine.winner(9.2, "user-0", "70"))
        await until(lambda: house.stage().outcome == "sold")
        assert house.stage().slots["bidder"] == "the_user-0"
    assert [family for family, _ in house.host.said].count("outcome") >= 1


async def test_recorded_lots_are_known_rightly_however_often_the_subscription_dies(
    redis_url: str, client: Redis
) -> None:
    """P10, in small: a kill every few dozen events of three recorded lots, kept in the keys; nothing diverges."""
    keys, publisher, books = EngineKeys(RedisValues(client)), RedisPublisher(client), Books()
    house = House(Rhythm(reconcile_every=0.05), keys)
    latest: dict[str, LotSnapshot] = {}
    async with listening(house, redis_url):
        for number, raw in enumerate(recorded(RECORDING)):
            event = Envelope.model_validate(raw)
            lot = books.enter(event)
            assert lot is not None
            latest[lot.auction_id] = lot
            await keys.put_lot(lot)
            await publisher.publish(AUCTIONS, event.as_json())
            if number % 40 == 20:
                await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        assert len(latest) == 3
        await until(lambda: all(house.stage(lot).outcome is not None for lot in latest))
        for lot, kept in latest.items():
            assert kept.price is not None and kept.bid is not None
            assert house.stage(lot).outcome == "sold"
            assert house.stage(lot).slots["bidder"] == kept.bid.twitter_handle
    assert house.recovery.counts["gaps"] >= 1


async def test_a_server_that_dies_and_comes_back_empty_costs_nothing_that_is_known(
    redis_server: RedisServer, engine: Engine
) -> None:
    client = commands_client(redis_server.url)
    keys = EngineKeys(RedisValues(client))
    house = House(Rhythm(long_gap=0.0, reconcile_every=0.01, retry_after=0.01), keys)
    events = [engine.start(), *engine.bid(1, "ada", "50")]
    async with listening(house, redis_server.url) as subscriber:
        await keys.put_lot(keys_after(*events))
        house.hear(*events)
        redis_server.kill()
        await until(lambda: house.host.losses == 1)
        redis_server.start()
        await until(lambda: subscriber.state == "live" and len(house.host.back) >= 2)
        assert house.host.back[-1] is None
        assert house.stage().slots["bidder"] == "the_ada"
        assert house.stage().is_open
    await client.aclose()
