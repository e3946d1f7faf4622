"""Bids faster than anyone can speak: no wrong price, every outcome once, memory flat, coalescing counted."""

import asyncio
import os
import sys
from collections.abc import Callable

import pytest

from tests.process.http import Client, client_of
from tests.process.listening import Platform, platform_on
from tests.process.runtime import RuntimeProcess
from tests.process.storms import Storm, Told, hammers, resident_mb, told, untruths
from tests.transcripts import OUTCOMES

Make = Callable[..., RuntimeProcess]
_BIDS = int(os.environ.get("STORM_BIDS", "1000"))  # the promise is made for ten thousand
_BURST = 20_000
_GROWTH_MB = 20.0
_HAMMER_S = 0.25


async def _stormed(started: RuntimeProcess, platform: Platform, client: Client) -> tuple[Storm, float]:
    """The whole storm; and how many MB the runtime grew in it."""
    storm = Storm(platform, _BIDS)
    warming = Storm(platform, 2500, rate=250.0)  # what is kept of the newest (ids, events, pages) is full then
    await warming.blow()
    before = resident_mb(started.process.pid)
    await storm.blow()
    await _all_over(storm, client)
    await storm.burst(_BURST)
    await _all_over(storm, client)
    return storm, resident_mb(started.process.pid) - before


async def _all_over(storm: Storm, client: Client) -> None:
    """Wait until every lot's outcome was heard and kept."""
    async with asyncio.timeout(60):
        for lot in storm.lots:
            while not any(line.family in OUTCOMES for line in await _lines(storm, client) if line.lot_id == lot):
                await asyncio.sleep(0.2)


async def _lines(storm: Storm, client: Client) -> list[Told]:
    agent = (await client.get("/api/agents/vesper")).json
    return told(storm.platform, await client.messages(agent["session_id"]))


@pytest.mark.slow
async def test_in_a_storm_of_bids_no_price_is_wrong_and_memory_stays_flat(
    runtime: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    started = runtime().start()
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        storm, growth = await _stormed(started, platform, client)
        lines = await _lines(storm, client)
        coalesced = overtaken = 0
        for lot in storm.lots:
            known = (await client.get(f"/api/auctions/{lot}")).json
            coalesced += known["coalesced"]["vesper"]
            overtaken += known["overtaken"]
    late = hammers(storm.lots, lines)
    slowest = max(each[0] for each in late.values())
    with capsys.disabled():
        sys.stderr.write(
            f"\n{_BIDS} bids at 50/s and {_BURST} messages at once: {len(lines)} lines, {coalesced} bids coalesced, "
            f"{overtaken} messages overtaken, {len(late)} hammers, the latest {slowest:.3f} s after its event, the one "
            f"behind the burst {late[storm.bursting][0]:.3f} s, growth {growth:.1f} MB\n"
        )
    assert untruths(storm, lines) == []
    assert {lot: len(each) for lot, each in late.items()} == dict.fromkeys(storm.lots, 1)
    assert growth < _GROWTH_MB
    assert coalesced > 0
    assert overtaken > 0


@pytest.mark.timing
async def test_in_a_storm_of_bids_each_hammer_is_spoken_within_a_quarter_of_a_second(runtime: Make) -> None:
    started = runtime().start()
    async with platform_on(started.redis_url) as platform, client_of(started.url) as client:
        storm, _ = await _stormed(started, platform, client)
        late = hammers(storm.lots, await _lines(storm, client))
    assert max(each[0] for each in late.values()) <= _HAMMER_S
