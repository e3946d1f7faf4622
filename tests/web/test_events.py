"""Events over HTTP: 202 means they are in the log, bad ones are dead letters with reasons, streams resume."""

import io
import json
from typing import Any

import pytest

from tests.process.http import Client, assert_problem
from tests.process.lots import Lot, envelope
from tests.process.runtime import RuntimeProcess

SETTINGS = ("narration.speed=max",)


async def logged(client: Client, **query: str) -> list[dict[str, Any]]:
    """Every row of the event log that fits."""
    wanted = "&".join(f"{name}={value}" for name, value in query.items())
    return await client.rows(f"/api/events?limit=200&{wanted}")


async def line_about(client: Client, lot: Lot) -> dict[str, Any]:
    """What is said about a lot's next bid; fails when nothing is."""
    async with client.stream("GET", "/api/events/stream") as events:
        bids = lot.bid("amber_heron", "25")
        posted = await client.post("/api/events", [lot.start(), *bids, lot.price("25")])
        assert posted.json == {"accepted": 4, "duplicate": 0, "dead": 0}
        while True:
            said = await events.until("agent:message")
            if "25" in said.data["data"]["content"]:
                data: dict[str, Any] = said.data["data"]
                return data


async def test_one_event_or_many_are_in_the_log_when_they_are_accepted(client: Client) -> None:
    lot = Lot()
    start, bids = lot.start(), lot.bid("amber_heron", "25")
    one = await client.post("/api/events", start)
    assert (one.status, one.json) == (202, {"accepted": 1, "duplicate": 0, "dead": 0})
    many = await client.post("/api/events", [*bids, start, bids[0]])
    assert (many.status, many.json) == (202, {"accepted": 2, "duplicate": 2, "dead": 0})
    rows = [row for row in await logged(client) if row["data"].get("auctionId") == lot.id]
    assert [row["id"] for row in rows] == [start["id"], *(bid["id"] for bid in bids)]
    assert rows[0].keys() == {"seq", "id", "timestamp", "type", "source", "channel", "data", "reason", "received_at"}
    assert (rows[0]["type"], rows[0]["source"], rows[0]["channel"]) == (
        "auction:start",
        "auction-engine",
        "events:auction",
    )
    assert rows[0]["data"] == start["data"]
    assert rows[0]["reason"] is None
    assert rows[0]["timestamp"].endswith("Z")


async def test_an_unknown_type_is_logged_and_otherwise_ignored(client: Client) -> None:
    strange = envelope("weather:rain", {"mm": 3})
    assert (await client.post("/api/events", strange)).json == {"accepted": 1, "duplicate": 0, "dead": 0}
    assert [row["id"] for row in await logged(client, type="weather:rain")] == [strange["id"]]


@pytest.mark.parametrize(
    "amount", ["1e999999", "NaN", "Infinity", "-5", "0", "", " 5 ", "1,000", "0x10", "١٢", None, [], "9" * 40]
)
async def test_an_amount_that_is_none_is_a_dead_letter_and_the_next_event_is_narrated(
    client: Client, amount: Any
) -> None:
    bad = Lot().bid("amber_heron", "25")[0]
    bad["data"]["amount"] = amount
    assert (await client.post("/api/events", bad)).json == {"accepted": 0, "duplicate": 0, "dead": 1}
    (row,) = [row for row in await logged(client, dead="true") if row["id"] == bad["id"]]
    assert row["reason"].startswith("bad_data: amount: ")
    assert (await line_about(client, Lot()))["agentId"] == "vesper"


DEAD = {
    "a number": 5,
    "null": None,
    "an empty object": {},
    "no data": {key: value for key, value in envelope("auction:start", {}).items() if key != "data"},
    "data of another type": envelope("auction:start", {}, id="list-data") | {"data": []},
    "no id": {key: value for key, value in envelope("auction:start", {}).items() if key != "id"},
    "a number as type": envelope(5, {}),  # type: ignore[arg-type]
    "another version": envelope("auction:start", {}, version="2"),
    "an auction that cannot be a key": envelope("auction:end", {"auctionId": "a:b*", "status": "NO_BIDS"}),
    "more than 64 KB": envelope("auction:start", {"x": "y" * 70_000}),
}


async def test_what_is_no_event_is_a_dead_letter_with_its_reason(client: Client) -> None:
    before = len(await logged(client, dead="true"))
    answer = await client.post("/api/events", list(DEAD.values()))
    assert (answer.status, answer.json) == (202, {"accepted": 0, "duplicate": 0, "dead": len(DEAD)})
    rows = (await logged(client, dead="true"))[before:]
    reasons = dict(zip(DEAD, (row["reason"].partition(":")[0] for row in rows), strict=True))
    assert reasons.pop("another version") == "bad_version"
    assert reasons.pop("an auction that cannot be a key") == "bad_data"
    assert reasons.pop("more than 64 KB") == "too_big"
    assert set(reasons.values()) == {"bad_shape"}
    good = {row["id"] for row in await logged(client, dead="false")}
    assert not good & {row["id"] for row in rows}


async def test_bodies_that_hold_no_events_are_refused(client: Client) -> None:
    json_type = {"Content-Type": "application/json"}
    for body, status, code in (
        (b"[]", 422, "invalid_body"),
        (b"[" + b",".join([b"{}"] * 5001) + b"]", 422, "invalid_body"),
        (b"", 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (b'[{"id":NaN}]', 400, "invalid_json"),
        (b"[" * 1_000_000, 400, "invalid_json"),
        (b'"' + b"a" * 1_100_000 + b'"', 413, "too_large"),
    ):
        assert_problem(await client.post("/api/events", data=io.BytesIO(body), headers=json_type), status, code)
    assert (await client.post("/api/events", Lot().start())).status == 202


async def test_infinity_within_a_number_is_a_dead_letter(client: Client) -> None:
    strange = json.dumps(envelope("weather:rain", {"mm": "MM"})).replace('"MM"', "1e400")
    answer = await client.post("/api/events", data=strange, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["dead"]) == (202, 1)


async def test_the_log_is_filtered_by_type_and_time_and_read_page_by_page(client: Client) -> None:
    old = envelope("weather:old", {}, timestamp=1_600_000_000_000)
    new = [envelope("weather:new", {"n": n}) for n in range(5)]
    await client.post("/api/events", [old, *new])
    assert [row["id"] for row in await logged(client, type="weather:old", since="2020-09-13T00:00:00Z")] == [old["id"]]
    assert await logged(client, type="weather:old", since="2020-09-14T00:00:00Z") == []
    page = (await client.get("/api/events?type=weather:new&limit=2")).json
    more = (await client.get(f"/api/events?type=weather:new&limit=200&cursor={page['next_cursor']}")).json
    assert [row["data"]["n"] for row in page["data"] + more["data"]] == [0, 1, 2, 3, 4]
    assert more["next_cursor"] is None


async def test_a_stream_begins_with_how_everyone_stands_and_goes_on_with_what_happens(client: Client) -> None:
    lot = Lot()
    async with client.stream("GET", "/api/events/stream") as events:
        assert events.response.status == 200
        assert events.response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        first = await events.next()
        assert first is not None
        assert first.event == "snapshot"
        assert [agent["id"] for agent in first.data["agents"]] == ["vesper"]
        assert first.data["agents"][0].keys() == (await client.get("/api/agents/vesper")).json.keys()
        start = lot.start()
        await client.post("/api/events", start)
        heard = await events.until("auction:start")
        assert heard.data == start
        assert _number(heard.id) > _number(first.id)


async def test_a_stream_goes_on_where_it_was_left(client: Client) -> None:
    async with client.stream("GET", "/api/events/stream") as events:
        left = await events.until("snapshot")
    missed = [envelope("user:authenticated", {"n": n}) for n in range(3)]
    await client.post("/api/events", missed)
    async with client.stream("GET", "/api/events/stream", headers={"Last-Event-ID": left.id}) as events:
        assert (await events.until("snapshot")).id == left.id
        seen = [await events.until("user:authenticated") for _ in missed]
    assert [each.data for each in seen] == missed
    async with client.stream("GET", "/api/events/stream", headers={"Last-Event-ID": seen[0].id}) as events:
        assert (await events.until("user:authenticated")).data == missed[1]


@pytest.mark.parametrize(
    "given", ["garbage", "-1", "65f0-3", "0-{last}", "{epoch}-9{last}", "{epoch}--1", "{epoch}-", "9" * 400]
)
async def test_an_id_of_another_run_gets_the_snapshot_and_what_comes(client: Client, given: str) -> None:
    await client.post("/api/events", envelope("user:authenticated", {"old": True}))
    async with client.stream("GET", "/api/events/stream") as events:
        now = await events.until("snapshot")
    epoch, _, last = now.id.rpartition("-")
    header = {"Last-Event-ID": given.format(epoch=epoch, last=last)}
    async with client.stream("GET", "/api/events/stream", headers=header) as events:
        assert _number((await events.until("snapshot")).id) >= _number(now.id)
        fresh = envelope("user:authenticated", {"fresh": True})
        await client.post("/api/events", fresh)
        assert (await events.until("user:authenticated")).data == fresh


async def test_many_watchers_see_the_same_in_the_same_order(client: Client, runtime: RuntimeProcess) -> None:
    sent = [envelope("user:authenticated", {"n": n}) for n in range(50)]
    async with client.stream("GET", "/api/events/stream") as one, client.stream("GET", "/api/events/stream") as two:
        await one.until("snapshot")
        await two.until("snapshot")
        await client.post("/api/events", sent)
        for stream in (one, two):
            assert [(await stream.until("user:authenticated")).data["data"]["n"] for _ in sent] == list(range(50))
    assert runtime.log == ""


def _number(event_id: str) -> int:
    return int(event_id.rpartition("-")[2])
