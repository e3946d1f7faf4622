"""Several hosts at once, each with lots, pacing and a session of its own; and silence when one is muted."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.process.http import Client, client_of
from tests.process.listening import Platform, platform_on
from tests.process.lots import Envelope, Lot
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until

Make = Callable[..., RuntimeProcess]
_MUTED_WITHIN_S = 0.1


def _hosts(folder: Path, **campaigns: str) -> Path:
    """A folder of hosts, each of one campaign."""
    folder.mkdir()
    for name, campaign in campaigns.items():
        (folder / f"{name}.yaml").write_text(f"name: {name}\nhosts: {{campaigns: [{campaign}]}}\n")
    return folder


def _of(campaign: str, started: Envelope) -> Envelope:
    return {**started, "data": {**started["data"], "campaignId": campaign}}


async def _speaks_of(client: Client, agent: str) -> set[str]:
    session = (await client.get(f"/api/agents/{agent}")).json["session_id"]
    return {each["explanation"]["subject"] for each in await client.messages(session)}


async def test_two_hosts_narrate_two_campaigns_without_a_word_in_the_others_session(
    runtime: Make, tmp_path: Path
) -> None:
    north, south = str(uuid4()), str(uuid4())
    folder = _hosts(tmp_path / "hosts", astra=north, boreas=south)
    started = runtime(f"characters_dir={folder}").start()
    lots = {"astra": Lot("Harbour lamp"), "boreas": Lot("Quiet engine")}
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        for agent, campaign in (("astra", north), ("boreas", south)):
            await platform.publish(_of(campaign, lots[agent].start()))
        for price in range(10, 60, 10):
            for lot in lots.values():
                await platform.publish(*lot.bid("kestrel9", str(price)), lot.price(str(price)))
                await asyncio.sleep(0.05)
        for lot in lots.values():
            await platform.publish(lot.end("50"), lot.winner("kestrel9", "50"))
        for agent, lot in lots.items():
            await platform.hears("agent:message", agentId=agent)
            await _until_over(client, agent)
            assert await _speaks_of(client, agent) == {lot.id}


async def _until_over(client: Client, agent: str) -> None:
    session = (await client.get(f"/api/agents/{agent}")).json["session_id"]
    await asked_until(
        lambda: client.messages(session), lambda said: any(each["explanation"]["family"] == "sold" for each in said)
    )


async def _burst(platform: Platform, lot: Lot, seconds: float) -> None:
    """Bids at fifty a second."""
    began, price = time.monotonic(), 10
    while time.monotonic() - began < seconds:
        price += 5
        await platform.publish(*lot.bid(f"bidder{price % 7}", str(price)), lot.price(str(price)))
        await asyncio.sleep(0.02)


async def _muted_in_a_burst(started: RuntimeProcess) -> tuple[float, list[float]]:
    """When the host was asked to be silent, and the moments at which it was heard afterwards (all monotonic)."""
    lot = Lot("Storm glass")
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        await platform.publish(lot.start())
        bidding = asyncio.create_task(_burst(platform, lot, 8.0))
        await platform.hears_line_with("$", within_s=20)
        await asyncio.sleep(1.0)
        asked_at = time.monotonic()
        assert (await client.post("/api/agents/vesper/mute")).json["muted"] is True
        answered_at = time.monotonic()
        await bidding
        heard = [at for at, each in platform.heard if each["type"] == "agent:message" and at > answered_at]
        assert (await client.post("/api/agents/vesper/unmute")).json["muted"] is False
        await platform.publish(*lot.bid("kestrel9", "9000"), lot.price("9000"))
        await platform.hears_line_with("$9,000")
    return asked_at, heard


async def test_a_muted_host_is_silent_in_the_middle_of_a_burst_and_speaks_again_when_asked(runtime: Make) -> None:
    asked_at, heard = await _muted_in_a_burst(runtime().start())
    # What had left before the mute may arrive just behind the answer.
    assert [at for at in heard if at > asked_at + 1.0] == []


@pytest.mark.timing
async def test_mute_silences_within_a_tenth_of_a_second(runtime: Make) -> None:
    asked_at, heard = await _muted_in_a_burst(runtime().start())
    assert max(heard, default=asked_at) - asked_at <= _MUTED_WITHIN_S


async def test_who_won_is_answered_after_a_restart_with_an_empty_redis(runtime: Make) -> None:
    """Three lots of a campaign; the third is asked for by its number."""
    started, campaign = runtime().start(), str(uuid4())
    lots = [Lot("Salt Ledger"), Lot("Paper Lighthouse"), Lot("Nine Small Doors")]
    async with platform_on(started.redis_url) as platform:
        for number, lot in enumerate(lots):
            amount = str(100 + number)
            await platform.publish(_of(campaign, lot.start()), *lot.bid(f"bidder_{number}", amount), lot.price(amount))
            await platform.publish(lot.end(amount), lot.winner(f"bidder_{number}", amount))
            await platform.hears_line_with(lot.title)
    assert started.stop() == 0
    for kept in started.folder.iterdir():
        if kept.is_dir():
            shutil.rmtree(kept)
    started.start()
    async with client_of(started.url) as client:
        session = await client.session_with("vesper")
        reply = (await client.say(session, "Who won lot 3, and for how much?")).json["message"]["content"]
    assert "bidder_2" in reply
    assert "$102" in reply
    assert "bidder_1" not in reply
