"""GET /metrics: the numbers move by exactly what happened."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from agent_runtime.store.backup import name_at
from tests.measuring.figures import Figures, scraped
from tests.process.http import Client, raw
from tests.process.lots import Lot, envelope
from tests.process.runtime import RuntimeProcess

SETTINGS = ("narration.speed=50",)
_SAY = "POST /api/sessions/{id}/messages"


async def until(client: Client, is_so: Callable[[Figures], bool]) -> Figures:
    """The first scrape of which it is so."""
    async with asyncio.timeout(20):
        while not is_so(figures := await scraped(client)):
            await asyncio.sleep(0.02)
    return figures


async def test_turns_are_counted_by_kind_and_end_and_given_again_apart(client: Client) -> None:
    session = await client.session_with("wren")
    before = await scraped(client)
    key = {"Idempotency-Key": f"metrics-{session}"}
    path = f"/api/sessions/{session}/messages"
    answers = [await client.post(path, {"content": "Hello!"}, headers=key) for _ in range(2)]
    message = answers[0].json["message"]["id"]
    assert (await client.post(f"/api/messages/{message}/regenerate", {})).status == 200
    after = await scraped(client)
    grown = after.since(before)
    assert [answer.status for answer in answers] == [200, 200]
    assert grown("rt_turns_total", kind="chat", outcome="done") == 1
    assert grown("rt_turns_total", kind="chat", outcome="replayed") == 1
    assert grown("rt_turns_total", kind="regenerate", outcome="done") == 1
    assert grown("rt_turns_total", kind="chat", outcome="failed") == 0
    assert grown("rt_turn_seconds_count", kind="chat") == 1
    assert grown("rt_first_token_seconds_count", provider="scripted") == 2
    assert grown("rt_http_requests_total", route=_SAY, code="200") == 2
    assert grown("rt_http_request_seconds_count", route=_SAY) == 2
    assert grown("rt_http_requests_total", route="GET /metrics", code="200") == 1
    assert after.of("rt_turns_running") == after.of("rt_turn_queue_depth") == 0
    assert grown("rt_db_tx_seconds_count") > 0


async def test_events_are_counted_by_type_and_those_not_taken_in_by_the_reason(client: Client) -> None:
    before, lot = await scraped(client), Lot()
    start, bad = lot.start(), lot.start() | {"version": "9"}
    sent = [start, start, *lot.bid("ada", "120"), bad, envelope("nobody:knows", {})]
    assert (await client.post("/api/events", sent)).json == {"accepted": 4, "duplicate": 1, "dead": 1}
    after = await scraped(client)
    grown = after.since(before)
    for kind in ("auction:start", "auction:bid:placed", "auction:bid:accepted"):
        assert grown("rt_events_total", channel="events:auction", type=kind) == 1
    for reason in ("duplicate", "bad_version", "unknown"):
        assert grown("rt_events_dropped_total", reason=reason) == 1
    assert grown("rt_event_age_seconds_count") == 3
    assert grown("rt_auctions_tracked") == 1


async def test_every_line_that_is_kept_was_counted_as_said(client: Client) -> None:
    lot = Lot()
    sent = [lot.start(), *lot.bid("ada", "120"), lot.winner("ada", "120"), lot.end("120")]
    assert (await client.post("/api/events", sent)).json["accepted"] == len(sent)
    vesper = (await client.get("/api/agents/vesper")).json

    async def kept() -> int:
        return sum(each["kind"] == "narration" for each in await client.messages(vesper["session_id"]))

    async with asyncio.timeout(20):
        while not (said := await kept()):
            await asyncio.sleep(0.02)
    figures = await until(client, lambda now: now.of("rt_narrations_total", outcome="said") >= said)
    assert figures.of("rt_narration_age_seconds_count") >= figures.of("rt_narrations_total", outcome="said") >= said


async def test_refusals_are_counted_by_their_code_and_what_is_no_url_under_one_name(
    client: Client, runtime: RuntimeProcess
) -> None:
    before = await scraped(client)
    assert (await client.get("/nowhere", headers={"Host": "evil.example"})).status == 421
    assert (await client.get("/no/such/place")).status == 404
    assert (await client.post("/healthz")).status == 405
    broken = {"data": b"{", "headers": {"Content-Type": "application/json"}}
    assert (await client.request("POST", "/api/sessions", **broken)).status == 400
    assert (await client.get("/v1/models/nobody")).status == 404
    assert (await raw(runtime.url, b"nonsense\r\n\r\n")).status == 400
    after = await scraped(client)
    grown = after.since(before)
    for reason in ("wrong_host", "no_such_url", "method_not_allowed", "invalid_json", "not_found", "not_http"):
        assert grown("rt_http_rejected_total", reason=reason) == 1
    assert grown("rt_http_requests_total", route="other", code="404") == 1
    assert grown("rt_http_requests_total", route="other", code="405") == 1
    assert grown("rt_http_requests_total", route="POST /api/sessions", code="400") == 1
    routes = {sample.labels["route"] for sample in after.families["rt_http_requests"].samples}
    assert not any("nowhere" in route or "nobody" in route for route in routes)


async def test_streams_are_counted_while_they_are_open_and_have_no_time(client: Client) -> None:
    route = "GET /api/events/stream"
    async with client.stream("GET", "/api/events/stream") as stream:
        await stream.until("snapshot")
        assert (await scraped(client)).of("rt_watchers") == 1
    async with asyncio.timeout(20):
        while (figures := await scraped(client)).of("rt_watchers"):
            await client.post("/api/events", Lot().start())  # that nobody reads is noticed by who writes
            await asyncio.sleep(0.02)
    assert figures.of("rt_http_requests_total", route=route, code="200") == 1
    assert figures.of("rt_http_request_seconds_count", route=route) == 0


async def test_the_process_the_loop_redis_and_the_store_tell_how_they_are(client: Client) -> None:
    figures = await until(client, lambda now: now.of("rt_loop_lag_seconds_count") > 0)
    assert figures.of("rt_redis_state") == 3
    assert figures.of("rt_redis_resync_seconds_count") == 1
    assert 0 <= figures.of("rt_redis_silence_seconds") < 10
    for name in ("rt_tasks", "rt_up_since_seconds", "rt_db_bytes", "rt_sqlite_wal_bytes", "process_open_fds"):
        assert figures.of(name) > 0
    assert figures.of("rt_redis_gaps_total", cause="lost") == figures.of("rt_db_errors_total", kind="contended") == 0


async def test_the_newest_backup_is_known_and_none_is_none(client: Client, runtime: RuntimeProcess) -> None:
    name = "rt_backup_last_success_timestamp_seconds"
    assert not (await scraped(client)).families[name].samples
    folder = runtime.folder / "backups"
    folder.mkdir()
    for moment in (1_700_000_000, 1_800_000_000):
        backup = folder / name_at(datetime.fromtimestamp(moment, UTC), "sqlite")
        backup.touch()
        os.utime(backup, (moment, moment))
    (folder / "of-somebody.db").touch()
    assert (await scraped(client)).of(name) == 1_800_000_000


@pytest.mark.parametrize(
    ("accept", "media", "end"),
    [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", b"\n"),
        ("", "text/plain; version=0.0.4; charset=utf-8", b"\n"),
        ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text; version=1.0.0", b"# EOF\n"),
    ],
)
async def test_who_asks_gets_the_format_it_reads(client: Client, accept: str, media: str, end: bytes) -> None:
    answer = await client.get("/metrics", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith(media)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.raw.endswith(end)
    assert b"rt_redis_state 3.0" in answer.raw
    head = await client.request("HEAD", "/metrics", headers={"Accept": accept})
    assert (head.status, head.raw) == (200, b"")
