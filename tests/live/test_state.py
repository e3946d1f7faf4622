"""The live state: one contract for Redis and its double, and exactly the contract's words on the wire."""

import pytest
from redis.asyncio import Redis

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import Refused
from agent_runtime.core.ports import LiveState
from agent_runtime.live.memory import MemoryLiveState
from agent_runtime.live.state import KeyedLiveState, RedisLiveState
from tests.live.shapes import CONTEXT, MOOD, SCENE, STATE


@pytest.fixture(params=["redis", "memory"])
def live(request: pytest.FixtureRequest) -> KeyedLiveState:
    if request.param == "memory":
        return MemoryLiveState()
    client: Redis = request.getfixturevalue("client")
    return RedisLiveState(client)


async def put_all(live: LiveState) -> None:
    await live.put_agent(STATE)
    await live.put_mood(MOOD)
    await live.put_context(CONTEXT)
    await live.put_scene(SCENE)
    await live.put_affect("a-1", b'{"p":0.1}')


async def test_what_is_put_is_read_again(live: KeyedLiveState) -> None:
    await put_all(live)
    assert await live.read_agent("a-1") == STATE
    assert await live.read_mood("a-1") == MOOD
    assert await live.read_context("a-1") == CONTEXT
    assert await live.read_scene("a-1") == SCENE
    assert await live.read_affect("a-1") == b'{"p":0.1}'
    assert not live.values.unreadable


async def test_what_is_not_there_is_none_and_no_fault(live: KeyedLiveState) -> None:
    assert await live.read_agent("a-2") is None
    assert await live.read_mood("a-2") is None
    assert await live.read_context("a-2") is None
    assert await live.read_scene("a-2") is None
    assert await live.read_affect("a-2") is None
    assert not live.values.unreadable


async def test_an_id_that_would_forge_a_key_is_refused(live: KeyedLiveState) -> None:
    with pytest.raises(Refused):
        await live.read_agent("mood:a-1")
    with pytest.raises(Refused):
        await live.put_agent(STATE.model_copy(update={"id": "mood:a-1"}))


@pytest.mark.parametrize(
    "value",
    [
        b"\x00",
        b'"\\u0000"',
        b'{"mood": 7}',
        b"not json",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"agentId": "a-1"',
    ],
)
async def test_a_value_of_another_shape_is_unknown_and_counted(live: KeyedLiveState, value: bytes) -> None:
    await live.values.write({"agent:mood:a-1": value}, 60)
    assert await live.read_mood("a-1") is None
    assert live.values.unreadable == {"bad_shape": 1}


async def test_a_value_over_64_kib_is_unknown_and_counted(live: KeyedLiveState) -> None:
    await live.values.write({"rt:affect:a-1": b"x" * 65_536, "rt:affect:a-2": b"x" * 65_537}, 60)
    assert await live.read_affect("a-1") == b"x" * 65_536
    assert await live.read_affect("a-2") is None
    assert live.values.unreadable == {"too_big": 1}


async def test_the_double_forgets_after_a_day() -> None:
    clock = ManualClock()
    live = MemoryLiveState(clock)
    await live.put_agent(STATE)
    clock.move_to(86_399)
    assert await live.read_agent("a-1") == STATE
    clock.move_to(86_400)
    assert await live.read_agent("a-1") is None


async def test_the_wire_has_exactly_the_contracts_words(client: Redis) -> None:
    await put_all(RedisLiveState(client))
    wire = {name.decode(): (await client.get(name)).decode() for name in await client.keys("*")}
    assert wire == {
        "agent:a-1": '{"id":"a-1","characterId":"vesper-quill","name":"Vesper Quill","status":"ACTIVE",'
        '"auctionId":"lot-1"}',
        "agent:mood:a-1": '{"agentId":"a-1","currentMood":"EXCITED","intensity":72,"previousMood":"NEUTRAL",'
        '"moodStartTime":"2026-11-20T18:30:00.120Z","triggers":["auction:bid:accepted"]}',
        "agent:context:a-1": '{"agentId":"a-1","auctionContext":{"auctionId":"lot-1","artItemName":"Still Life №3",'
        '"currentPrice":"0.136","timeRemaining":40,"bidCount":7},"conversationContext":{"recentMessages":'
        '[{"role":"agent","content":"0.136 ETH!","timestamp":"2026-11-20T18:30:01.120Z"}]},"memoryKeys":[]}',
        "agent:scene:a-1": '{"agentId":"a-1","currentExpression":"vesper/joy.png","props":["gavel.png"],'
        '"lastChanged":"2026-11-20T18:30:00.120Z"}',
        "rt:affect:a-1": '{"p":0.1}',
    }


async def test_every_write_makes_a_key_good_for_a_day_again(client: Redis) -> None:
    live = RedisLiveState(client)
    await put_all(live)
    names = await client.keys("*")
    for name in names:
        await client.expire(name, 10)
    await put_all(live)
    assert len(names) == 5
    assert all([86_390 < await client.ttl(name) <= 86_400 for name in names])


async def test_an_expired_key_is_unknown(client: Redis) -> None:
    live = RedisLiveState(client)
    await live.put_mood(MOOD)
    await client.pexpireat("agent:mood:a-1", 1)
    assert await live.read_mood("a-1") is None


async def test_a_key_of_another_type_is_unknown_and_stays_as_it_is(client: Redis) -> None:
    live = RedisLiveState(client)
    await client.rpush("agent:mood:a-1", "x")
    await client.expire("agent:mood:a-1", 60)
    assert await live.read_mood("a-1") is None
    assert live.values.unreadable == {"wrong_type": 1}
    assert await client.lrange("agent:mood:a-1", 0, -1) == [b"x"]
