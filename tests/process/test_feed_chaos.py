"""A real auction while its Redis is ill-treated: no lot diverges, each outcome is told once."""

import asyncio
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.process.engine import Books, Engine, rounds
from tests.process.http import Client, client_of
from tests.process.proxy import Network, network_to
from tests.process.runtime import RuntimeProcess
from tests.servers.redis import RedisServer
from tests.transcripts import OUTCOMES, amounts_in

Make = Callable[..., RuntimeProcess]
_BLACK_S = float(os.environ.get("CHAOS_BLACK_SECONDS", "10"))  # the promise is made for 30
_SETTLED_WITHIN_S = 20.0
_LONGEST_AGE_S = {"C0": 30.0, "C1": 5.0, "C2": 6.0, "C3": 5.0, "C4": 60.0, "C5": 20.0}
_SPEAKING_S = 0.5  # from the choice of a line to its row in the store


@dataclass
class Faults:
    """What is done to the Redis between the engine and the runtime, one thing after the other."""

    server: RedisServer
    network: Network
    done: list[str] = field(default_factory=list)

    async def all(self) -> None:
        for fault in (self.kill_subscribers, self.kill, self.wipe, self.go_black, self.freeze, self.send_poison):
            await asyncio.sleep(3.0)
            await fault()
            self.done.append(fault.__name__)
        await asyncio.sleep(3.0)

    async def kill_subscribers(self) -> None:
        """Every connection that subscribes, every 0.4 s for ten seconds."""
        async with self._client() as client:
            for _ in range(25):
                await client.client_kill_filter(_type="pubsub")
                await asyncio.sleep(0.4)

    async def kill(self) -> None:
        """Gone for two seconds; what it held is there again."""
        self.server.kill()
        await asyncio.sleep(2.0)
        await asyncio.to_thread(self.server.start)

    async def wipe(self) -> None:
        """Gone for two seconds, and back empty."""
        self.server.kill()
        for entry in self.server.folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.suffix in {".aof", ".rdb"}:
                entry.unlink()
        await asyncio.sleep(2.0)
        await asyncio.to_thread(self.server.start)

    async def go_black(self) -> None:
        """Connections stay, nothing arrives."""
        self.network.is_black = True
        await asyncio.sleep(_BLACK_S)
        self.network.is_black = False

    async def freeze(self) -> None:
        """The server stops in its tracks for eight seconds."""
        self.server.freeze()
        await asyncio.sleep(8.0)
        self.server.thaw()

    async def send_poison(self) -> None:
        """Forty megabytes, and bytes that are no text."""
        async with self._client() as client:
            await client.publish("events:auction", b"x" * 40 * 2**20)
            for poison in (b"\xff\xfe", b"", b"{}", b"[" * 1000, b'{"id": "\xff"}'):
                await client.publish("events:auction", poison)

    def _client(self) -> Redis:
        return Redis(host="127.0.0.1", port=self.server.port, socket_timeout=30)


@pytest.mark.chaos
async def test_a_real_auction_survives_everything_that_is_done_to_its_redis(
    runtime: Make, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async with network_to(redis_server.port) as network:
        started = await asyncio.to_thread(runtime(f"redis.url={network.url}").start)
        engine, faults, is_over = Engine(redis_server.port), Faults(redis_server, network), asyncio.Event()
        playing = asyncio.create_task(engine.play(rounds(), is_over))
        await faults.all()
        is_over.set()
        async with asyncio.timeout(120):
            await playing
        async with client_of(started.url) as client:
            await _until_right(client, engine.books)
            lines = await _lines(client)
            ages = await _ages(client, lines)
        assert started.is_alive
        assert "task failed" not in started.log
        _report(capsys, engine, faults, lines, ages)
        _assert_told_once(engine.books, lines)
        _assert_no_price_goes_back(lines)
        assert max(ages.values(), default=0) <= 1.0, ages


async def _until_right(client: Client, books: dict[str, Books]) -> None:
    """Wait until the runtime knows every lot as the engine does."""
    diverged: dict[str, Any] = {}
    async with asyncio.timeout(_SETTLED_WITHIN_S):
        while diverged := {lot.lot_id: wrong for lot in books.values() if (wrong := await _wrong(client, lot))}:
            await asyncio.sleep(0.2)
    assert not diverged


async def _wrong(client: Client, lot: Books) -> dict[str, Any] | None:
    """How the runtime's view of a lot differs; None when it does not."""
    answer = await client.get(f"/api/auctions/{lot.lot_id}")
    if answer.status != 200:
        return {"status": answer.status}
    seen = answer.json
    right = (lot.outcome, Decimal(lot.price["currentPrice"]), lot.bid["twitterHandle"])
    told = (seen["outcome"], Decimal(seen["amount"] or 0), seen["bidder"])
    return None if told == right else {"right": right, "told": told}


async def _lines(client: Client) -> list[dict[str, Any]]:
    agent = (await client.get("/api/agents/vesper")).json
    return [each for each in await client.messages(agent["session_id"]) if each["kind"] == "narration"]


async def _ages(client: Client, lines: list[dict[str, Any]]) -> dict[str, float]:
    """How old lines were, counted from the receipt of the newest event each answers, as a share of what is allowed."""
    heard = await _heard_at(client)
    worst: dict[str, float] = {}
    for line in lines:
        causes = [heard[cause] for cause in line["cause"] if cause in heard]
        if not causes:
            continue  # from the keys: received when they were read
        rank = line["explanation"]["class"]
        age = (datetime.fromisoformat(line["created_at"]) - max(causes)).total_seconds() - _SPEAKING_S
        worst[rank] = max(worst.get(rank, 0.0), age / _LONGEST_AGE_S[rank])
    return worst


async def _heard_at(client: Client) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    cursor = ""
    while True:
        page = (await client.get(f"/api/events?limit=200{cursor}")).json
        found |= {each["id"]: datetime.fromisoformat(each["received_at"]) for each in page["data"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _assert_told_once(books: dict[str, Books], lines: list[dict[str, Any]]) -> None:
    told = Counter(each["explanation"]["subject"] for each in lines if each["explanation"]["family"] in OUTCOMES)
    wrong = {lot: told[lot] for lot in books if told[lot] != 1}
    assert not wrong, wrong


def _assert_no_price_goes_back(lines: list[dict[str, Any]]) -> None:
    """Of two amounts in a line the lower one is the price, the other what is asked for next."""
    highest: dict[str, Decimal] = {}
    for line in lines:
        lot, named = line["explanation"]["subject"], amounts_in(line["content"])
        if not named or line["explanation"]["family"] == "milestone":
            continue
        assert max(named) >= highest.get(lot, Decimal(0)), line
        if len(named) > 1:
            highest[lot] = max(highest.get(lot, Decimal(0)), min(named))


def _report(
    capsys: pytest.CaptureFixture[str],
    engine: Engine,
    faults: Faults,
    lines: list[dict[str, Any]],
    ages: dict[str, float],
) -> None:
    families = Counter(each["explanation"]["family"] for each in lines)
    with capsys.disabled():
        sys.stderr.write(
            f"\n{', '.join(faults.done)}: {engine.published} events published, {engine.lost} lost in outages, "
            f"{len(engine.books)} lots, 0 diverged, {len(lines)} lines ({dict(families.most_common())}); oldest line "
            f"as a share of its limit: { {rank: round(age, 2) for rank, age in sorted(ages.items())} }"
        )
