"""`chat`, `events`, `simulate` and `demo`: with a runtime that runs, and without one."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from agent_runtime.cli.world import world
from agent_runtime.core.platform import Auction, Campaign
from agent_runtime.store.database import Database
from tests.process.http import Client
from tests.process.listening import platform_on
from tests.process.lots import Lot, envelope, moment
from tests.process.runtime import MODULE, ROOT, RuntimeProcess, command, environment


def test_one_message_is_answered_without_a_runtime_and_leaves_none(tmp_path: Path) -> None:
    done = command("chat", "wren", "Hello!", "--data-dir", tmp_path / "data")
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.decode().split()) > 3
    assert done.stdout.endswith(b"\n")
    assert (tmp_path / "data" / "runtime.lock").read_bytes() == b""


async def test_one_message_goes_to_the_runtime_that_runs(runtime: RuntimeProcess, client: Client) -> None:
    done = command("chat", "wren", "Hello!", "--name", "Ada", "--data-dir", runtime.folder)
    assert (done.returncode, done.stderr) == (0, b"")
    newest = (await client.get("/api/sessions?character=wren&limit=1")).json["data"][0]
    assert newest["metadata"] == {"user": {"id": "", "name": "Ada"}}
    kept = await client.messages(newest["id"])
    assert [each["content"] for each in kept] == ["Hello!", done.stdout.decode().removesuffix("\n")]
    again = command("chat", "wren", "And?", "--session", newest["id"], "--url", runtime.url)
    assert again.returncode == 0
    assert len(await client.messages(newest["id"])) == 4


async def test_lines_from_standard_input_are_a_conversation(runtime: RuntimeProcess, client: Client) -> None:
    done = command(
        "chat", "wren", "--new", "--data-dir", runtime.folder, stdin="Hello!\n\n \ncaf\xe9?\n".encode("latin-1")
    )
    assert done.returncode == 0
    session = done.stderr.decode().split()[1]
    kept = await client.messages(session)
    assert [each["content"] for each in kept if each["role"] == "user"] == ["Hello!", "caf\N{REPLACEMENT CHARACTER}?"]
    assert done.stdout.decode() == "".join(f"{each['content']}\n" for each in kept if each["role"] == "assistant")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("nobody", "Hello!"), 1, "no character 'nobody'"),
        (("wren", ""), 1, "must not be empty"),
        (("wren", "a" * 20_000), 1, "at most 16000 characters"),
        (("wren", "Hello!", "--session", "nobody"), 1, "no session 'nobody'"),
    ],
)
def test_what_the_runtime_refuses_is_told(
    runtime: RuntimeProcess, arguments: tuple[str, ...], code: int, why: str
) -> None:
    done = command("chat", *arguments, "--data-dir", runtime.folder)
    assert (done.returncode, done.stdout) == (code, b"")
    assert why in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_message_that_is_no_text_is_told(runtime: RuntimeProcess) -> None:
    done = subprocess.run(
        [*MODULE, "chat", "wren", b"caf\xe9", "--data-dir", runtime.folder],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.slow
def test_a_closed_standard_input_is_an_end_like_any_other(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "{sys.executable}" -m agent_runtime chat wren --data-dir "{tmp_path}/data" <&-'],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.startswith(b"session ")


async def test_events_are_followed_until_there_are_enough(runtime: RuntimeProcess, client: Client) -> None:
    lot = Lot()
    following = await asyncio.create_subprocess_exec(
        *MODULE, "events", "-n", "2", "--type", "auction:start", "-o", "json", "--data-dir", runtime.folder,
        cwd=ROOT, env=environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert following.stdout is not None
    sent = []
    async with asyncio.timeout(30):
        reading = asyncio.create_task(following.stdout.readline())
        while not reading.done():
            sent.append(lot.start())
            await client.post("/api/events", [*lot.bid("amber_heron", "5"), sent[-1]])
            await asyncio.wait({reading}, timeout=0.1)
        await client.post("/api/events", Lot().start())
        assert json.loads(reading.result()) in sent
        assert json.loads(await following.stdout.readline())["type"] == "auction:start"
        assert await following.wait() == 0


async def test_dead_letters_are_listed_with_their_reasons(runtime: RuntimeProcess, client: Client) -> None:
    bad = Lot().bid("amber_heron", "NaN")[0]
    await client.post("/api/events", [bad, 5])
    text = command("events", "--dead", "--data-dir", runtime.folder)
    rows = command("events", "--dead", "-o", "json", "--data-dir", runtime.folder)
    assert (text.returncode, rows.returncode) == (0, 0)
    assert "bad_data: amount" in text.stdout.decode()
    assert bad["id"] in {json.loads(row)["id"] for row in rows.stdout.splitlines()}
    one = command("events", "--dead", "-n", "1", "--type", bad["type"], "--data-dir", runtime.folder)
    assert one.stdout.decode().split()[:2] == [bad["type"], "bad_data:"]
    assert one.stdout.count(b"\n") == 1


async def test_what_others_send_cannot_give_a_terminal_orders(runtime: RuntimeProcess, client: Client) -> None:
    said = {"streamId": "s1", "error": "hail\r\n\x1b]0;x\x07 and snow", "timestamp": moment(), "recoverable": True}
    event = envelope("stream:error", said)
    following = await asyncio.create_subprocess_exec(
        *MODULE, "events", "-n", "1", "--type", event["type"], "--data-dir", runtime.folder,
        cwd=ROOT, env=environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert following.stdout is not None
    async with asyncio.timeout(30):
        reading = asyncio.create_task(following.stdout.read())
        while not reading.done():
            await client.post("/api/events", event | {"id": str(uuid4())})
            await asyncio.wait({reading}, timeout=0.1)
        assert reading.result().decode().split() == ["stream:error", "hail", "]0;x", "and", "snow"]
        assert await following.wait() == 0


async def test_a_simulated_auction_is_heard_by_the_runtime_that_runs(runtime: RuntimeProcess) -> None:
    async with platform_on(runtime.redis_url) as platform:
        done = await asyncio.to_thread(
            command, "simulate", "--lots", "1", "--lot-seconds", "5", "--speed", "20", "--data-dir", runtime.folder
        )
        assert done.returncode == 0
        told = [line.split() for line in done.stdout.decode().splitlines()]
        assert done.stderr.decode() == f"{len(told)} events published\n"
        assert [kind for kind, _ in told[:3]] == ["campaign:day:change", "session:auction", "auction:start"]
        assert told[-1][0] == "session:end"
        campaign, lot = told[0][1], told[2][1]
        assert (await platform.value(f"auction:{lot}"))["status"] == "ENDED"
        state, day = await platform.client.mget(f"campaign:{campaign}", f"campaign:day:{campaign}:3")
        assert json.loads(state)["currentDay"] == 3
        assert (json.loads(day)["auctionIds"], json.loads(day)["completed"]) == ([lot], True)
        await platform.hears("agent:message")


@pytest.mark.slow
def test_the_demo_narrates_one_auction_and_ends(tmp_path: Path) -> None:
    arguments = ("demo", "--once", "--lots", "1", "--lot-seconds", "6", "--port", "0", "--data-dir", tmp_path / "data")
    done = command(*arguments)
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Vesper Quill is live at http://127.0.0.1:" in said
    assert len([line for line in said.splitlines() if line[2:3] == ":" and line[5:6] == ":"]) >= 3
    lots, sold = asyncio.run(lots_of(f"sqlite:///{tmp_path / 'data' / 'runtime.db'}"))
    assert len(lots) == 7
    assert sold.campaign_id == lots[-1].campaign_id
    assert sold.art_item_id in {lot.art_item_id for lot in lots[1:]}


def test_the_demo_ends_when_nobody_reads_it_any_more(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*MODULE, "demo", "--lots", "1", "--lot-seconds", "6", "--port", "0", "--data-dir", tmp_path / "data"],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")


async def lots_of(url: str) -> tuple[list[Auction], Auction]:
    """The lots of the world's campaign, the newest first, and the newest of all."""
    campaign = next(record for record in world() if isinstance(record, Campaign))
    async with Database(url) as database:
        page = await database.auctions.of_campaign(campaign.id)
        return list(page.data), (await database.auctions.list(limit=1)).data[0]
