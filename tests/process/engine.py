"""An auction engine that plays recorded lots at a steady rate and keeps its keys, whatever becomes of its Redis.

Its books are its own (nothing of the runtime's): what they say at the end is what a listener should know.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tests.transcripts import recorded

RECORDING = Path(__file__).parents[1] / "data" / "ebay-three-lots.jsonl"
_DAY_S = 86_400
_PATIENCE_S = 0.3
_IDS = ("auctionId", "bidId", "previousHighestBidId", "winningBidId")


def rounds(times: int | None = None) -> Iterator[dict[str, Any]]:
    """The recorded lots again and again, each time under other ids."""
    for number in count() if times is None else range(times):
        for envelope in recorded(RECORDING):
            yield renamed(envelope, f"round {number}")


def renamed(envelope: dict[str, Any], salt: str) -> dict[str, Any]:
    """The same happening to another lot."""
    data = {name: _other(value, salt) if name in _IDS else value for name, value in envelope["data"].items()}
    return {**envelope, "id": _other(envelope["id"], salt), "data": data}


def _other(identifier: Any, salt: str) -> Any:
    return str(uuid5(NAMESPACE_DNS, f"{identifier} {salt}")) if identifier else identifier


@dataclass
class Books:
    """What the engine knows of a lot, as it goes into the four keys."""

    lot_id: str
    state: dict[str, Any] = field(default_factory=dict)
    price: dict[str, Any] = field(default_factory=dict)
    bid: dict[str, Any] = field(default_factory=dict)
    timer: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    outcome: str | None = None
    _placed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def enter(self, envelope: dict[str, Any]) -> None:
        """Take over what an event says."""
        data, kind = envelope["data"], envelope["type"].removeprefix("auction:")
        match kind:
            case "start":
                self.title = data["artItemName"]
                self.state = {**data, "id": self.lot_id, "status": "ACTIVE"}
            case "bid:placed":
                self._placed[data["bidId"]] = data
            case "bid:accepted" if data["isHighestBid"]:
                self.state["highestBidId"] = data["bidId"]
                self.bid = {**self._placed[data["bidId"]], "id": data["bidId"], "status": "WINNING"}
            case "price:updated":
                self.price = {**data, "lastUpdateTime": data["timestamp"]}
            case "timer:updated":
                self.timer = {**data, "currentTime": data["timestamp"], "endTime": self.state.get("endTime")}
                self.timer["startTime"] = self.state.get("startTime")
            case "end":
                self.state["status"] = "ENDED"
                self.outcome = "sold" if data["status"] == "COMPLETED" else "passed"

            case "winner":
                self.state["status"] = "SETTLED"

    def keys(self) -> dict[str, str]:
        parts = {"auction": self.state, "auction:price": self.price, "auction:bid": self.bid}
        parts["auction:timer"] = self.timer
        return {f"{prefix}:{self.lot_id}": json.dumps(part) for prefix, part in parts.items() if part}


@dataclass
class Engine:
    """Publishes events due at `rate` a second. What falls into an outage is never published; the keys catch up."""

    port: int
    rate: float = 50.0
    books: dict[str, Books] = field(default_factory=dict)
    published: int = 0
    lost: int = 0
    _must_rewrite: bool = False
    _down_until: float = 0.0

    async def play(self, events: Iterable[dict[str, Any]], is_over: asyncio.Event) -> None:
        """Play until `is_over`, then to the end of the lots that are on; the keys are right when it returns."""
        client = self._client()
        began = time.monotonic()
        for number, envelope in enumerate(events):
            await asyncio.sleep(began + number / self.rate - time.monotonic())
            if is_over.is_set() and envelope["type"] == "auction:start" and self._nothing_is_on:
                break
            lot = self.books.setdefault(envelope["data"]["auctionId"], Books(envelope["data"]["auctionId"]))
            lot.enter(envelope)
            await self._tell(client, lot, envelope)
        while not await self._is_written(client, self.books.values()):
            await asyncio.sleep(0.1)
        await client.aclose()

    @property
    def _nothing_is_on(self) -> bool:
        return all(lot.outcome for lot in self.books.values())

    async def _tell(self, client: Redis, lot: Books, envelope: dict[str, Any]) -> None:
        if time.monotonic() < self._down_until:
            self.lost += 1
            return
        if self._must_rewrite and not await self._is_written(client, self.books.values()):
            self.lost += 1
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._write(client, [lot])
                await client.publish("events:auction", json.dumps(envelope))
            self.published += 1
        except (RedisError, OSError):
            self._went_down()
            self.lost += 1

    async def _is_written(self, client: Redis, lots: Iterable[Books]) -> bool:
        try:
            async with asyncio.timeout(5):
                await self._write(client, lots)
        except (RedisError, OSError):
            self._went_down()
            return False
        self._must_rewrite = False
        return True

    def _went_down(self) -> None:
        self._must_rewrite = True
        self._down_until = time.monotonic() + _PATIENCE_S

    async def _write(self, client: Redis, lots: Iterable[Books]) -> None:
        async with client.pipeline(transaction=True) as batch:
            for lot in lots:
                for key, value in lot.keys().items():
                    batch.set(key, value, ex=_DAY_S)
            await batch.execute()

    def _client(self) -> Redis:
        return Redis(
            host="127.0.0.1", port=self.port, socket_timeout=5, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )
