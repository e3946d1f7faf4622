"""The keys of campaigns, streams, locks and rate limits: the contract's words, read kindly and written strictly."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest
from pydantic import ValidationError
from redis.asyncio import Redis

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.engine_shapes import EngineShape
from agent_runtime.core.errors import Refused
from agent_runtime.core.limits import Lock, RateLimit
from agent_runtime.core.streams import StreamMetrics, StreamScene, StreamState
from agent_runtime.live.memory import MemoryValues
from agent_runtime.live.platform import PlatformKeys
from agent_runtime.live.values import RedisValues
from tests.live.platform_values import CAMPAIGN, CAMPAIGN_DAY, LIMIT, LOCK, METRICS, NOON, SCENE, STREAM


class Case(NamedTuple):
    """A key with its value, how it is written and read, and how long it lives (-1: for ever)."""

    name: str
    value: EngineShape | int
    put: Callable[[PlatformKeys], Awaitable[None]]
    read: Callable[[PlatformKeys], Awaitable[Any]]
    lives_s: int


DAY = 86_400
CASES = [
    Case(
        "campaign:campaign-1",
        CAMPAIGN,
        lambda keys: keys.put_campaign(CAMPAIGN),
        lambda keys: keys.campaign("campaign-1"),
        -1,
    ),
    Case(
        "campaign:day:campaign-1:2",
        CAMPAIGN_DAY,
        lambda keys: keys.put_campaign_day(CAMPAIGN_DAY),
        lambda keys: keys.campaign_day("campaign-1", 2),
        -1,
    ),
    Case("stream:stream-1", STREAM, lambda keys: keys.put_stream(STREAM), lambda keys: keys.stream("stream-1"), DAY),
    Case(
        "stream:scene:stream-1",
        SCENE,
        lambda keys: keys.put_stream_scene(SCENE),
        lambda keys: keys.stream_scene("stream-1"),
        DAY,
    ),
    Case(
        "stream:metrics:stream-1",
        METRICS,
        lambda keys: keys.put_stream_metrics(METRICS),
        lambda keys: keys.stream_metrics("stream-1"),
        DAY,
    ),
    Case(
        "stream:viewers:stream-1",
        812,
        lambda keys: keys.put_stream_viewers("stream-1", 812),
        lambda keys: keys.stream_viewers("stream-1"),
        DAY,
    ),
    Case("lock:auction-day", LOCK, lambda keys: keys.put_lock(LOCK, 30), lambda keys: keys.lock("auction-day"), 30),
    Case(
        "rate:limit:bids:user-1",
        LIMIT,
        lambda keys: keys.put_rate_limit(LIMIT, 60),
        lambda keys: keys.rate_limit("bids", "user-1"),
        60,
    ),
]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
WORDS = {
    CampaignState: "id name startDate endDate status currentDay totalDays currentAuctionId?",
    CampaignDayState: "campaignId day date completed auctionIds",
    StreamState: "id auctionId? status startTime? endTime? error? twitterStreamId? rtmpUrl? viewerCount "
    "currentSceneId?",
    StreamScene: "id streamId name layout",
    StreamMetrics: "streamId timestamp fps targetFps bitrate droppedFrames encoderLatency bufferHealth cpuUsage "
    "memoryUsage",
    Lock: "resource owner acquiredAt expiresAt metadata?",
    RateLimit: "resource identifier count resetAt limit",
}


@pytest.fixture(params=["redis", "memory"])
def keys(request: pytest.FixtureRequest) -> PlatformKeys:
    if request.param == "memory":
        return PlatformKeys(MemoryValues())
    client: Redis = request.getfixturevalue("client")
    return PlatformKeys(RedisValues(client))


@EACH
async def test_what_is_put_is_read_again(keys: PlatformKeys, case: Case) -> None:
    await case.put(keys)
    assert await case.read(keys) == case.value
    assert not keys.values.unreadable


@EACH
async def test_what_is_not_there_is_unknown_and_no_fault(keys: PlatformKeys, case: Case) -> None:
    assert await case.read(keys) is None
    assert not keys.values.unreadable


@EACH
async def test_a_key_lives_as_long_as_the_contract_says(client: Redis, case: Case) -> None:
    await case.put(PlatformKeys(RedisValues(client)))
    assert await client.keys("*") == [case.name.encode()]
    lives = await client.ttl(case.name)
    assert case.lives_s - 5 <= lives <= case.lives_s if case.lives_s > 0 else lives == -1


@EACH
async def test_a_value_about_something_else_is_unknown(keys: PlatformKeys, case: Case) -> None:
    if isinstance(case.value, EngineShape):
        ids = {name: "another" for name in ("id", "campaign_id", "stream_id", "resource") if hasattr(case.value, name)}
        await keys.values.write({case.name: case.value.model_copy(update=ids).as_json()}, 60)
        assert await case.read(keys) is None
        assert keys.values.unreadable == {"bad_shape": 1}


@pytest.mark.parametrize("shape", WORDS, ids=lambda shape: shape.__name__)
def test_a_shape_has_exactly_the_fields_of_the_contract(shape: type[EngineShape]) -> None:
    fields = shape.model_fields.items()
    words = [f"{field.alias}{'?' if name in shape.OPTIONAL else ''}" for name, field in fields]
    assert " ".join(words) == WORDS[shape]


async def test_the_wire_has_exactly_the_contracts_words(client: Redis) -> None:
    for case in CASES:
        await case.put(PlatformKeys(RedisValues(client)))
    wire = {case.name: (await client.get(case.name)).decode() for case in CASES}
    assert wire["campaign:campaign-1"] == (
        '{"id":"campaign-1","name":"Three Evenings","startDate":"2026-11-20T12:00:00.000Z",'
        '"endDate":"2026-11-23T12:00:00.000Z","status":"ACTIVE","currentDay":2,"totalDays":3,'
        '"currentAuctionId":"lot-4"}'
    )
    assert wire["campaign:day:campaign-1:2"] == (
        '{"campaignId":"campaign-1","day":2,"date":"2026-11-21T12:00:00.000Z","completed":false,'
        '"auctionIds":["lot-3","lot-4"]}'
    )
    assert wire["stream:viewers:stream-1"] == "812"
    assert wire["lock:auction-day"] == (
        '{"resource":"auction-day","owner":"engine-1","acquiredAt":"2026-11-20T12:00:00.000Z",'
        '"expiresAt":"2026-11-20T12:00:30.000Z"}'
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "7"),
        ("startDate", '"soon"'),
        ("status", '"OPEN"'),
        ("currentDay", "true"),
        ("currentDay", "-1"),
        ("currentDay", '"2"'),
        ("totalDays", "1e300"),
        ("currentAuctionId", "[]"),
    ],
)
async def test_a_bad_field_is_unknown_and_the_others_are_read(keys: PlatformKeys, field: str, value: str) -> None:
    (name,) = (name for name, each in CampaignState.model_fields.items() if each.alias == field)
    good = CAMPAIGN.model_copy(update={name: None})
    raw = good.as_json()[:-1] + f',"{field}":{value},"more":[]}}'.encode()
    await keys.values.write({"campaign:campaign-1": raw}, None)
    assert await keys.campaign("campaign-1") == good


async def test_a_layout_is_known_as_a_whole_or_not_at_all(keys: PlatformKeys) -> None:
    broken = SCENE.as_json().replace(b'"BID_HISTORY"', b'"?"').replace(b'"EMPTY"', b'"SIDEWAYS"')
    await keys.values.write({"stream:scene:stream-1": broken}, 60)
    assert await keys.stream_scene("stream-1") == SCENE.model_copy(update={"layout": None})


async def test_what_lacks_something_is_not_written(keys: PlatformKeys) -> None:
    with pytest.raises(Refused, match="campaign:c-1 cannot be written without startDate, endDate, currentDay, tot"):
        await keys.put_campaign(CampaignState(id="c-1", name="Half", status="DRAFT"))
    with pytest.raises(Refused, match="without layout"):
        await keys.put_stream_scene(SCENE.model_copy(update={"layout": None}))
    with pytest.raises(ValidationError):
        await keys.put_stream_viewers("stream-1", -1)
    assert await keys.campaign("c-1") is None


async def test_an_id_that_would_forge_a_key_is_refused(keys: PlatformKeys) -> None:
    with pytest.raises(Refused):
        await keys.campaign("day:campaign-1")
    with pytest.raises(Refused):
        await keys.put_lock(Lock(resource="agent:a", owner="me", acquired_at=NOON, expires_at=NOON), 5)
