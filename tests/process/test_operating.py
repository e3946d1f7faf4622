"""An operator speaks through a running character, silences it, and looks at the lot in hand."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.process.http import Client, assert_problem, client_of
from tests.process.lots import Lot
from tests.process.runtime import RuntimeProcess
from tests.waiting import asked_until


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    runtime = RuntimeProcess(tmp_path / "data").start()
    try:
        async with client_of(runtime.url) as client, asyncio.timeout(60):
            yield client
    finally:
        runtime.kill()


async def lines(client: Client) -> list[str]:
    session = (await client.get("/api/agents/vesper")).json["session_id"]
    return [each["content"] for each in await client.messages(session)]


async def rows(client: Client, path: str) -> list[dict[str, Any]]:
    return list((await client.get(path)).json["data"])


async def test_a_line_given_by_an_operator_is_said_kept_and_explained(client: Client) -> None:
    assert (await client.post("/api/agents/vesper/say", {"content": "We go on in five minutes."})).status == 202
    await asked_until(lambda: lines(client), lambda said: "We go on in five minutes." in said)
    session = (await client.get("/api/agents/vesper")).json["session_id"]
    kept = (await client.messages(session))[-1]
    assert kept["explanation"].keys() == {"subject", "family", "class", "score", "merged", "superseded"}
    assert (kept["explanation"]["family"], kept["explanation"]["class"]) == ("say", "C0")


async def test_who_is_muted_tells_nothing_of_a_lot_and_the_lot_goes_on(client: Client) -> None:
    assert (await client.post("/api/agents/vesper/mute")).json["muted"] is True
    assert_problem(await client.post("/api/agents/vesper/say", {"content": "Hello."}), 409, "silent")
    lot = Lot()
    await client.post("/api/events", [lot.start(), *lot.bid("amber_heron", "12.50")])
    data = await asked_until(lambda: rows(client, "/api/auctions"), lambda lots: lots and lots[0]["amount"] is not None)
    assert (data[0]["is_open"], data[0]["amount"], data[0]["bidder"], data[0]["bid_count"]) == (
        True,
        "12.5",
        "amber_heron",
        1,
    )
    await asked_until(lambda: rows(client, f"/api/auctions/{data[0]['id']}/bids"))
    assert await lines(client) == []
    assert (await client.post("/api/agents/vesper/unmute")).json["muted"] is False
    await asked_until(lambda: lines(client))
    one = (await client.get(f"/api/auctions/{data[0]['id']}")).json
    assert one["coalesced"].keys() == {"vesper"}
