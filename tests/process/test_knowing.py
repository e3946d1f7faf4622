"""What a character lets others read of it, and what it still knows: of guests, of its campaign, of lots long over."""

import asyncio
import json
import shutil
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.process.http import Client, client_of
from tests.process.listening import Platform, platform_on
from tests.process.lots import Envelope, Lot, envelope, moment
from tests.process.runtime import RuntimeProcess, command, wait_until
from tests.servers.redis import RedisServer
from tests.waiting import asked_until

Make = Callable[..., RuntimeProcess]
AGENT = "vesper"
SHAPES = {
    "agent:vesper": {"id", "characterId", "name", "status"},
    "agent:mood:vesper": {"agentId", "currentMood", "intensity", "moodStartTime", "triggers"},
    "agent:context:vesper": {"agentId", "auctionContext", "conversationContext", "memoryKeys"},
    "agent:scene:vesper": {"agentId", "currentExpression", "props", "lastChanged"},
}


def asked(content: str, **data: Any) -> Envelope:
    fields = {"agentId": AGENT, "interactionId": str(uuid4()), "content": content, "timestamp": moment()}
    return envelope("agent:interaction", {**fields, "type": "QUESTION", **data})


async def says(client: Client, content: str, **session: Any) -> str:
    """The reply in a new session."""
    answer = await client.say(await client.session_with(AGENT, **session), content)
    return str(answer.json["message"]["content"])


def forgets_redis(started: RuntimeProcess) -> None:
    """Everything but the store is lost."""
    for kept in started.folder.iterdir():
        if kept.is_dir():
            shutil.rmtree(kept)


async def _has(platform: Platform, key: str, **values: Any) -> None:
    await asked_until(lambda: platform.client.get(key), lambda raw: values.items() <= json.loads(raw or "{}").items())


async def test_others_read_that_it_is_there_pauses_goes_on_and_leaves(runtime: Make, redis_server: RedisServer) -> None:
    started = await asyncio.to_thread(runtime(f"redis.url={redis_server.url}").start)
    async with platform_on(redis_server.url) as platform, client_of(started.url) as client:
        await _has(platform, "agent:vesper", status="ACTIVE")
        for order, status in (("pause", "PAUSED"), ("resume", "ACTIVE")):
            assert (await client.post(f"/api/agents/{AGENT}/{order}")).json["status"] == status
            await _has(platform, "agent:vesper", status=status)
        assert await asyncio.to_thread(started.stop) == 0
        await _has(platform, "agent:vesper", status="INACTIVE")


async def test_its_keys_hold_the_contracts_shapes_and_nothing_of_a_private_chat(runtime: Make) -> None:
    started, lot, secret = runtime().start(), Lot("Salt Ledger"), "I collect brass sextants"
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        await platform.publish(
            envelope("stream:start", {"streamId": "show-1", "auctionId": lot.id, "startTime": moment()}),
            channel="events:stream",
        )
        await platform.publish(lot.start(), *lot.bid("kestrel9", "40"), lot.price("40"))
        await platform.hears_line_with("$40")
        await says(client, secret, user={"id": "u1", "name": "Ada"})
        await platform.publish(asked("What is the bid?", twitterHandle="mint_folio"), channel="events:agent")
        await platform.hears("agent:message", twitterHandle="mint_folio")
        await platform.publish(lot.end("40"), lot.winner("kestrel9", "40"))
        await platform.hears("agent:memory:update", agentId=AGENT)
        await _has(platform, "agent:vesper", status="ACTIVE")
        await asked_until(lambda: platform.value("agent:context:vesper"), lambda context: context["memoryKeys"])
        values = {key: await platform.value(key) for key in SHAPES}
        kept = (await client.get(f"/api/agents/{AGENT}/memories")).json["data"]
    for key, fields in SHAPES.items():
        assert fields <= values[key].keys(), key
    context = values["agent:context:vesper"]
    recent = context["conversationContext"]["recentMessages"]
    assert {each["role"] for each in recent} == {"agent", "user"}
    assert "mint_folio" in {each.get("twitterHandle") for each in recent}
    assert values["agent:vesper"]["streamId"] == "show-1"
    assert context["memoryKeys"] == [each["id"] for each in kept if each["about_user"] is None]
    assert any("sextants" in each["text"] for each in kept)
    assert "sextants" not in json.dumps(values)
    assert all("sextants" not in json.dumps(each) for _, each in platform.heard)


async def test_what_a_guest_told_comes_back_after_a_restart_for_that_guest_alone(runtime: Make) -> None:
    started, ada, bob = runtime().start(), {"id": "u1", "name": "Ada"}, {"id": "u2", "name": "Bob"}
    async with client_of(started.url) as client:
        shared = await client.session_with(AGENT, user=ada)
        await client.say(shared, "Remember that I collect brass sextants.", user=ada)
    assert started.stop() == 0
    started.start()
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        question = "What do I collect?"
        assert "sextants" in await says(client, question, user=ada)
        assert "sextants" not in await says(client, question, user=bob)
        theirs = await client.say(shared, question, user=bob)
        assert "sextants" not in theirs.json["message"]["content"]
        await platform.publish(
            asked("What do I collect, Vesper?", userId="u1", twitterHandle="Ada"), channel="events:agent"
        )
        answer = await platform.hears("agent:message", twitterHandle="Ada")
        assert "sextants" not in answer["data"]["content"]
        (memory,) = (await client.get(f"/api/agents/{AGENT}/memories")).json["data"]
        assert (await client.request("DELETE", f"/api/agents/{AGENT}/memories/{memory['id']}")).status == 204
        assert "sextants" not in await says(client, question, user=ada)


async def test_the_day_of_the_campaign_is_known_after_a_restart_with_an_empty_redis(runtime: Make) -> None:
    """However much was heard since it was told."""
    started, lot, week = runtime().start(), Lot("Salt Ledger"), str(uuid4())
    start = envelope("campaign:start", {"campaignId": week, "name": "Three Evenings", "totalDays": 3})
    async with client_of(started.url) as client:
        await client.post("/api/events", [start, envelope("campaign:day:change", {"campaignId": week, "day": 2})])
        for first in range(0, 2100, 70):
            prices = [lot.price(str(first + step + 1)) for step in range(70)]
            assert (await client.post("/api/events", [lot.start(), *prices])).status == 202
        assert "day 2 of 3" in (await says(client, "Which day is it?")).lower()
    assert started.stop() == 0
    forgets_redis(started)
    started.start()
    async with client_of(started.url) as client:
        assert "day 2 of 3" in (await says(client, "Which day is it?")).lower()


async def test_a_seeded_world_is_known_at_once(runtime: Make) -> None:
    made = runtime()
    assert command("db", "seed", "--data-dir", made.folder).returncode == 0
    started = made.start()
    async with client_of(started.url) as client:
        reply = await asked_until(lambda: says(client, "Who won lot 2?"), lambda reply: "Clara Voss" in reply)
        assert "0.31 ETH" in reply
        unsold = await says(client, "Who won lot 3?")
        assert "The Glass Orchard" in unsold
        assert "ETH" not in unsold  # in whichever words it passed, nobody paid for it


async def test_a_redis_that_comes_back_empty_has_its_keys_again(runtime: Make, redis_server: RedisServer) -> None:
    await asyncio.to_thread(runtime(f"redis.url={redis_server.url}").start)
    await asyncio.to_thread(_has_all, redis_server)
    await asyncio.to_thread(_wipe, redis_server)
    await asyncio.to_thread(redis_server.kill)
    await asyncio.to_thread(redis_server.start)
    await asyncio.to_thread(_has_all, redis_server)


def _wipe(server: RedisServer) -> None:
    with server.client() as client:
        client.flushall()


def _has_all(server: RedisServer) -> None:
    with server.client() as client:
        wait_until(lambda: client.exists(*SHAPES) == len(SHAPES), 20)
