"""A bid that another service publishes is narrated, kept, shown and felt, in the contract's exact shapes."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.process.http import Client, client_of
from tests.process.listening import Platform, platform_on
from tests.process.lots import Envelope, Lot, envelope
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MOODS = {"NEUTRAL", "EXCITED", "HAPPY", "SURPRISED", "CURIOUS", "CONCERNED", "DISAPPOINTED"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    runtime = RuntimeProcess(tmp_path_factory.mktemp("narrating") / "data", "narration.speed=max")
    try:
        yield runtime.start()
    finally:
        runtime.kill()


@pytest.fixture
async def client(shared: RuntimeProcess) -> AsyncIterator[Client]:
    async with client_of(shared.url) as client:
        yield client


@pytest.fixture
async def platform(shared: RuntimeProcess) -> AsyncIterator[Platform]:
    async with platform_on(shared.redis_url) as platform:
        yield platform


async def said_in(client: Client, words: str) -> dict[str, Any]:
    """The narrated message with these words in the agent's session, once it is there."""
    session = (await client.get("/api/agents/vesper")).json["session_id"]
    said = await asked_until(
        lambda: client.messages(session), lambda said: any(words in each["content"] for each in said)
    )
    return next(each for each in said if words in each["content"])


def assert_ours(event: Envelope, kind: str) -> None:
    """An envelope as this runtime sends them."""
    assert event.keys() == {"id", "timestamp", "type", "source", "version", "data"}
    assert str(UUID(event["id"])) == event["id"]
    assert isinstance(event["timestamp"], int)
    assert abs(event["timestamp"] / 1000 - time.time()) < 60
    assert (event["type"], event["source"], event["version"]) == (kind, "agent-service", "1.0")
    assert event["data"]["agentId"] == "vesper"
    assert MOMENT.fullmatch(event["data"]["timestamp"])


async def test_a_bid_is_told_everywhere_with_what_it_answers(client: Client, platform: Platform) -> None:
    lot = Lot()
    async with client.stream("GET", "/api/events/stream") as shown:
        await shown.until("snapshot")
        await platform.publish(lot.start())
        bids = lot.bid("amber_heron", "1250")
        await platform.publish(*bids, lot.price("1250"))
        line = await platform.hears_line_with("$1,250")
        assert_ours(line, "agent:message")
        assert line["data"].keys() == {"agentId", "messageId", "content", "timestamp"}
        while (seen := await shown.until("agent:message")).data != line:
            pass
        assert seen.data["id"] == line["id"]
    kept = await said_in(client, "$1,250")
    assert kept["id"] == line["data"]["messageId"]
    assert (kept["role"], kept["kind"], kept["content"]) == ("assistant", "narration", line["data"]["content"])
    assert kept["as_of"] == bids[0]["data"]["bidId"]
    assert {bid["id"] for bid in bids} & set(kept["cause"])


async def test_a_bid_without_a_price_is_told_too(platform: Platform) -> None:
    lot = Lot("A second lot without prices")
    await platform.publish(lot.start(), *lot.bid("north_kiln", "3475"))
    await platform.hears_line_with("$3,475")


async def test_its_keys_have_the_shapes_of_the_contract_and_expire(client: Client, platform: Platform) -> None:
    lot = Lot("Paper Lighthouse")
    await platform.publish(lot.start(), *lot.bid("mint_folio", "725"), lot.price("725.50"))
    await platform.hears_line_with("725.50")
    context = await asked_until(
        lambda: platform.value("agent:context:vesper"),
        lambda context: (
            context["auctionContext"]["auctionId"] == lot.id
            and "725.50" in context["conversationContext"]["recentMessages"][-1]["content"]
        ),
    )
    auction = context["auctionContext"]
    assert context.keys() == {"agentId", "auctionContext", "conversationContext", "memoryKeys"}
    assert context["memoryKeys"] == []
    assert 3500 < auction.pop("timeRemaining") <= 3600
    assert auction == {
        "auctionId": lot.id,
        "artItemName": "Paper Lighthouse",
        "currentPrice": "725.5",
        "bidCount": 1,
        "highestBidder": "mint_folio",
    }
    for message in context["conversationContext"]["recentMessages"]:
        assert message.keys() == {"role", "content", "timestamp"}
        assert message["role"] == "agent"
        assert MOMENT.fullmatch(message["timestamp"])

    state = await platform.value("agent:vesper")
    assert MOMENT.fullmatch(state.pop("lastInteractionTime"))
    assert state == {
        "id": "vesper", "characterId": "vesper", "name": "Vesper Quill", "status": "ACTIVE", "auctionId": lot.id,
    }  # fmt: skip
    mood = await platform.value("agent:mood:vesper")
    assert mood.keys() - {"previousMood"} == {"agentId", "currentMood", "intensity", "moodStartTime", "triggers"}
    assert mood["currentMood"] in MOODS
    assert 0 <= mood["intensity"] <= 100
    assert MOMENT.fullmatch(mood["moodStartTime"])
    scene = await platform.value("agent:scene:vesper")
    assert scene.keys() == {"agentId", "currentExpression", "background", "props", "lastChanged"}
    assert scene["currentExpression"].startswith("assets/character/expressions/vesper/")
    assert MOMENT.fullmatch(scene["lastChanged"])
    agent = (await client.get("/api/agents/vesper")).json
    assert agent.keys() == {
        "id", "name", "character", "status", "muted", "session_id", "mood", "context", "scene",
    }  # fmt: skip
    assert agent["context"].keys() == context.keys()
    assert agent["scene"].keys() == scene.keys()


async def test_a_change_of_mood_and_scene_is_published(platform: Platform) -> None:
    _, mood, scene = await _roused(platform)
    assert_ours(mood, "agent:mood")
    assert mood["data"].keys() == {"agentId", "mood", "intensity", "previousMood", "trigger", "timestamp"}
    assert mood["data"]["mood"] != mood["data"]["previousMood"]
    assert_ours(scene, "agent:scene:update")
    assert scene["data"].keys() == {"agentId", "expression", "background", "props", "timestamp"}
    assert (await platform.value("agent:mood:vesper"))["previousMood"] in MOODS


async def test_what_it_says_itself_is_not_logged_as_heard(client: Client, platform: Platform) -> None:
    line = (await _told(platform, Lot("Field Notes in Vermilion"), "918"))["id"]
    said = {
        "interactionId": "interaction-1",
        "content": "Hello?",
        "type": "QUESTION",
        "timestamp": "2026-11-21T10:00:00Z",
    }
    stranger = envelope("agent:interaction", {"agentId": "vesper", **said}, source="event-handler")
    await platform.publish(stranger, channel="events:agent")
    await _until_logged(client, stranger["id"])
    rows = (await client.get("/api/events?limit=200")).json["data"]
    assert line not in {row["id"] for row in rows}
    assert "agent-service" not in {row["source"] for row in rows}


async def test_an_event_that_comes_twice_is_answered_once_also_after_a_restart(
    runtime: Callable[..., RuntimeProcess],
) -> None:
    started = runtime("narration.speed=max").start()
    lot = Lot("Salt Ledger")
    events = [lot.start(), *lot.bid("ohm_sweet_ohm", "1675"), lot.price("1675")]
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        for _ in range(2):
            await platform.publish(*events)
        await platform.hears_line_with("1,675")
        await _told(platform, Lot("A lot in between"), "42")
        assert sum("1,675" in line for line in platform.lines()) == 1
        await _until_logged(client, events[-1]["id"])
    started.kill()
    started.start()
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        await platform.publish(*events)
        posted = await client.post("/api/events", events)
        assert posted.json == {"accepted": 0, "duplicate": 4, "dead": 0}
        await _told(platform, Lot("A lot afterwards"), "43")
        assert not [line for line in platform.lines() if "1,675" in line or "Salt" in line]
        session = (await client.get("/api/agents/vesper")).json["session_id"]
        kept = [message["content"] for message in await client.messages(session)]
        assert sum("1,675" in line for line in kept) == 1
        recent = (await client.get("/api/agents/vesper")).json["context"]["conversationContext"]["recentMessages"]
        assert "1,675" in str(recent)
    assert started.stop() == 0


@pytest.mark.timing
async def test_at_its_usual_pace_every_bid_is_told_within_five_seconds(runtime: Callable[..., RuntimeProcess]) -> None:
    started = runtime().start()
    async with platform_on(started.redis_url) as platform:
        for has_prices in (True, False):
            lot = Lot()
            await platform.publish(lot.start())
            for amount in range(1000 + 10 * has_prices, 1003 + 10 * has_prices):
                began = time.monotonic()
                await platform.publish(*lot.bid(f"bidder_{amount}", str(amount)))
                if has_prices:
                    await platform.publish(lot.price(str(amount)))
                await platform.hears_line_with(f"{amount:,}")
                assert time.monotonic() - began < 5.0
            await platform.publish(lot.end())


@pytest.mark.timing
async def test_the_scene_follows_an_event_within_a_tenth_of_a_second(runtime: Callable[..., RuntimeProcess]) -> None:
    started = runtime().start()
    async with platform_on(started.redis_url) as platform:
        assert (await _roused(platform))[0] < 0.1


async def _roused(platform: Platform) -> tuple[float, Envelope, Envelope]:
    """A rival bidding match, until the mood changes: the delay of the scene, the mood's event and the scene's."""
    lot = Lot(f"A lot of passion {time.monotonic()}")
    await platform.publish(lot.start(30.0))
    before = len(platform.heard)
    for number in range(40):
        sent = time.monotonic()
        await platform.publish(*lot.bid("ab"[number % 2], str(10 * 2 ** min(number, 20))))
        for _ in range(20):
            await asyncio.sleep(0.01)
            fresh = platform.heard[before:]
            scenes = [(moment, each) for moment, each in fresh if each["type"] == "agent:scene:update"]
            moods = [each for _, each in fresh if each["type"] == "agent:mood"]
            if scenes and moods:
                return scenes[0][0] - sent, moods[0], scenes[0][1]
    raise AssertionError("nothing moves this character")


async def _told(platform: Platform, lot: Lot, amount: str) -> Envelope:
    """Publish a lot with a bid and wait until it is said."""
    await platform.publish(lot.start(), *lot.bid("kestrel9", amount), lot.price(amount))
    return await platform.hears_line_with(f"${amount}")


async def _until_logged(client: Client, event_id: str) -> None:
    await asked_until(
        lambda: client.get("/api/events?limit=200"),
        lambda events: event_id in {row["id"] for row in events.json["data"]},
    )
