"""The live events as a WebSocket: what the stream sends, taken up again, filtered, and for nobody on another site."""

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.process.http import Answer, Client, assert_problem, client_of, raw
from tests.process.lots import Lot, envelope
from tests.process.model import WAIT, runtime_with_model
from tests.process.runtime import RuntimeProcess
from tests.web.socketed import UPGRADE, Peer, deaf, peer

SETTINGS = ("narration.speed=max",)


async def upgraded(runtime: RuntimeProcess, path: str = "/api/ws", *headers: str, upgrade: str = UPGRADE) -> Answer:
    """The answer to a request for a socket with these headers too."""
    host = runtime.url.removeprefix("http://")
    lines = "".join(f"{header}\r\n" for header in (f"Host: {host}", *headers))
    return await raw(runtime.url, f"GET {path} HTTP/1.1\r\n{lines}{upgrade}\r\n".encode("latin-1"))


def unseen(count: int) -> list[dict[str, object]]:
    """Events that change nothing."""
    return [envelope("user:authenticated", {"n": n}) for n in range(count)]


async def test_a_socket_sends_what_the_stream_sends(runtime: RuntimeProcess, client: Client) -> None:
    async with peer(f"{runtime.url}/api/ws") as watcher, client.stream("GET", "/api/events/stream") as stream:
        snapshot, same = await watcher.next(), await stream.next()
        assert same is not None
        assert snapshot["event"] == "snapshot"
        assert [agent["id"] for agent in snapshot["data"]["agents"]] == ["vesper"]
        lot = Lot()
        bids = lot.bid("amber_heron", "25")
        await client.post("/api/events", [lot.start(), *bids, lot.price("25")])
        said = await watcher.until("agent:message")
        other = await stream.until("agent:message")
        assert said == {"id": other.id, "event": other.event, "data": other.data}
        assert said["data"]["data"]["agentId"] == "vesper"
    assert runtime.log == ""


@pytest.mark.parametrize("place", ["query", "header"])
async def test_a_socket_goes_on_where_it_or_a_stream_was_left(
    runtime: RuntimeProcess, client: Client, place: str
) -> None:
    async with client.stream("GET", "/api/events/stream") as stream:
        left = await stream.until("snapshot")
    missed = unseen(3)
    await client.post("/api/events", missed)
    query = f"?last_event_id={quote(left.id)}" if place == "query" else ""
    headers = {"Last-Event-ID": left.id} if place == "header" else {}
    async with peer(f"{runtime.url}/api/ws{query}", headers=headers) as watcher:
        assert (await watcher.until("snapshot"))["id"] == left.id
        seen = [await watcher.until("user:authenticated") for _ in missed]
    assert [each["data"] for each in seen] == missed
    async with peer(f"{runtime.url}/api/ws?last_event_id={seen[0]['id']}") as watcher:
        assert (await watcher.until("user:authenticated"))["data"] == missed[1]


async def test_the_header_goes_before_the_query_which_may_be_old(runtime: RuntimeProcess, client: Client) -> None:
    await client.post("/api/events", unseen(2))
    async with peer(f"{runtime.url}/api/ws") as watcher:
        now = (await watcher.until("snapshot"))["id"]
    old = f"{now.rpartition('-')[0]}-1"
    async with peer(f"{runtime.url}/api/ws?last_event_id={old}", headers={"Last-Event-ID": now}) as watcher:
        assert (await watcher.until("snapshot"))["id"] == now


async def test_only_what_is_asked_for_is_sent_by_a_socket_and_by_a_stream(
    runtime: RuntimeProcess, client: Client
) -> None:
    query = "?types=user:authenticated,agent:mood&agents=vesper"
    first, second = envelope("user:authenticated", {"n": 1}), envelope("user:authenticated", {"n": 2})
    async with (
        peer(f"{runtime.url}/api/ws{query}") as watcher,
        client.stream("GET", f"/api/events/stream{query}") as stream,
    ):
        await watcher.until("snapshot")
        await stream.until("snapshot")
        await client.post("/api/events", [first, Lot().start(), second])
        seen = [await watcher.until("user:authenticated") for _ in range(2)]
        same = [await stream.until("user:authenticated") for _ in range(2)]
    assert [each["data"] for each in seen] == [each.data for each in same] == [first, second]
    assert [each["id"] for each in seen] == [each.id for each in same]


@pytest.mark.parametrize("query", ["types=agent:moood", "types=", "types=,", "agents=nobody", "agents=vesper,wrong"])
async def test_names_nobody_knows_are_refused_before_anything_is_sent(
    runtime: RuntimeProcess, client: Client, query: str
) -> None:
    assert_problem(await upgraded(runtime, f"/api/ws?{query}"), 422, "invalid_query")
    assert_problem(await client.get(f"/api/events/stream?{query}"), 422, "invalid_query")


async def test_without_an_upgrade_there_is_only_a_hint(runtime: RuntimeProcess, client: Client) -> None:
    answer = await client.get("/api/ws")
    assert_problem(answer, 426, "not_a_socket")
    assert answer.headers["Upgrade"] == "websocket"
    assert_problem(await upgraded(runtime, upgrade="Connection: Upgrade\r\nUpgrade: h2c\r\n"), 426, "not_a_socket")
    assert_problem(await client.post("/api/ws", {}), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("Version: 13", "Version: 12"),
        ("Version: 13", "Version: x"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "eA=="),
        ("dGhlIHNhbXBsZSBub25jZQ==", "<script>"),
        ("Connection: Upgrade", "Connection: close"),
        ("Upgrade: websocket", "Upgrade: websocket\r\nSec-WebSocket-Protocol: chat"),
    ],
)
async def test_an_upgrade_that_is_none_is_refused_in_words(
    runtime: RuntimeProcess, client: Client, there: str, instead: str
) -> None:
    assert there in UPGRADE
    assert_problem(await upgraded(runtime, upgrade=UPGRADE.replace(there, instead)), 400, "bad_upgrade")
    assert (await client.get("/healthz")).status == 200
    assert runtime.log == ""


async def test_no_page_of_another_site_gets_a_socket(runtime: RuntimeProcess) -> None:
    port = runtime.url.rpartition(":")[2]
    for ours in ("", f"Origin: {runtime.url}", f"Origin: http://localhost:{port}"):
        assert (await upgraded(runtime, "/api/ws", *filter(None, [ours]))).status == 101
    for foreign in ("https://evil.example", "null", "", "http://127.0.0.1", f"http://127.0.0.1:{int(port) ^ 1}",
                    f"http://evil.example:{port}", f"http://localhost.evil.example:{port}", "file://"):  # fmt: skip
        answer = await upgraded(runtime, "/api/ws", f"Origin: {foreign}")
        assert_problem(answer, 403, "foreign_origin")
    host = await raw(runtime.url, f"GET /api/ws HTTP/1.1\r\nHost: evil.example\r\n{UPGRADE}\r\n".encode())
    assert_problem(host, 421, "wrong_host")


async def test_an_upgrade_carries_the_id_of_its_request(runtime: RuntimeProcess) -> None:
    answer = await upgraded(runtime, "/api/ws", "X-Request-Id: mine-1")
    assert (answer.status, answer.headers["X-Request-Id"]) == (101, "mine-1")


@pytest.mark.parametrize("path", ["/healthz", "/api/agents", "/api/sessions", "/v1/models"])
async def test_elsewhere_an_upgrade_is_not_heard(runtime: RuntimeProcess, path: str) -> None:
    assert (await upgraded(runtime, path)).status == 200


async def test_a_turn_is_answered_as_if_no_upgrade_were_asked_for(runtime: RuntimeProcess, client: Client) -> None:
    session, body = await client.session_with("wren"), b'{"content":"Hello!"}'
    head = f"POST /api/sessions/{session}/messages HTTP/1.1\r\nHost: {runtime.url.removeprefix('http://')}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{UPGRADE}\r\n"
    answer = await raw(runtime.url, head.encode() + body)
    assert (answer.status, answer.json["user_message"]["content"]) == (200, "Hello!")
    assert [each["role"] for each in await client.messages(session)] == ["user", "assistant"]


async def test_a_runtime_that_stops_parts_from_its_watchers_last_and_takes_no_new_ones(tmp_path: Path) -> None:
    with runtime_with_model(tmp_path) as (stopping, model):
        async with client_of(stopping.url) as client, peer(f"{stopping.url}/api/ws") as watcher:
            turn = asyncio.create_task(client.say(await client.session_with("wren"), WAIT))
            async with asyncio.timeout(20):
                while not model.prompts:
                    await asyncio.sleep(0.01)
                stopping.signal(signal.SIGTERM)
                while (await client.get("/readyz")).status != 503:
                    await asyncio.sleep(0.01)
            assert_problem(await upgraded(stopping), 503, "draining")
            await watcher.until("snapshot")
            await watcher.ask(ask="ping")
            assert (await watcher.next())["event"] == "pong"
            model.go.set()
            assert (await turn).status == 200
            assert await watcher.closed() == 1001
        assert stopping.wait() == 0
        assert stopping.log == ""


@pytest.mark.chaos
async def test_twenty_watchers_who_never_read_are_let_go_in_time_and_hold_little(
    runtime: RuntimeProcess, client: Client
) -> None:
    sent = [envelope("user:authenticated", {"more": "x" * 50_000}) for _ in range(10)]

    async def happens(watcher: Peer) -> int:
        """How much memory is used once it has."""
        await client.post("/api/events", [event | {"id": str(uuid4())} for event in sent])
        for _ in sent:
            await watcher.until("user:authenticated")
        return memory_of(runtime)

    async with AsyncExitStack() as stack, asyncio.timeout(120), peer(f"{runtime.url}/api/ws") as watcher:
        for _ in range(110):
            await happens(watcher)  # as many as are held for those who come back
        without, files = max([await happens(watcher) for _ in range(200)]), files_of(runtime)
        began, levels = time.monotonic(), list[int]()
        for _ in range(20):
            await stack.enter_async_context(deaf(int(runtime.url.rpartition(":")[2]), "/api/ws"))
        assert files_of(runtime) >= files + 20
        while files_of(runtime) > files:
            levels.append(await happens(watcher))
        took = time.monotonic() - began
    assert took < 30
    # Their standing cost. For a moment, while the system's buffers fill, it has been 35 MB: that peak is not within
    # the 20 MB yet.
    assert median(levels) - without < 20 * 2**20
    assert runtime.log == ""


def memory_of(runtime: RuntimeProcess) -> int:
    """What it keeps in memory, in bytes."""
    return int(Path(f"/proc/{runtime.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def files_of(runtime: RuntimeProcess) -> int:
    """How many files and connections it has open."""
    return len(list(Path(f"/proc/{runtime.process.pid}/fd").iterdir()))
