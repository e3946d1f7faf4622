"""The simulated auction engine at work: writes the `auction:*` keys and publishes each event, as a real one would."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agent_runtime.cli.options import is_set_within
from agent_runtime.core.events import Envelope
from agent_runtime.core.lots import AuctionBid, AuctionPrice, AuctionState, AuctionTimer, LotSnapshot
from agent_runtime.core.ports import Publisher
from agent_runtime.domains.auction.simulation import Show, envelope_of, happenings
from agent_runtime.live.lots import EngineKeys

CHANNEL = "events:auction"


@dataclass
class Engine:
    """Plays a show in real time, `speed` times as fast. `published` is told of every event."""

    keys: EngineKeys
    publisher: Publisher
    show: Show
    speed: float = 1.0
    published: Callable[[Envelope], None] = lambda _envelope: None
    _lots: dict[str, "_Books"] = field(default_factory=dict)

    async def play(self, stop: asyncio.Event) -> int:
        """Play until the end or until `stop` is set; returns how many events were published. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        began, number = loop.time(), 0
        for happening in happenings(self.show):
            if await is_set_within(stop, began + happening.at / self.speed - loop.time()):
                break
            number += 1
            envelope = envelope_of(happening, self.show, number)
            await self._write_keys(envelope)
            await self.publisher.publish(CHANNEL, envelope.as_json())
            self.published(envelope)
        return number

    async def _write_keys(self, envelope: Envelope) -> None:
        lot_id = envelope.data["auctionId"]
        books = self._lots.setdefault(lot_id, _Books(lot_id))
        books.enter(envelope.type, envelope.data)
        await self.keys.put_lot(books.snapshot())


@dataclass
class _Books:
    """The engine's own record of a lot, field by field, as it goes into the keys."""

    lot_id: str
    state: dict[str, Any] = field(default_factory=dict)
    price: dict[str, Any] = field(default_factory=dict)
    bid: dict[str, Any] = field(default_factory=dict)
    timer: dict[str, Any] = field(default_factory=dict)
    placed: dict[str, Any] = field(default_factory=dict)

    def enter(self, kind: str, data: dict[str, Any]) -> None:
        """Take over what an event says."""
        match kind:
            case "auction:start":
                self.state = {**data, "id": self.lot_id, "status": "ACTIVE"}
            case "auction:bid:placed":
                self.placed = data
            case "auction:bid:accepted":
                self.state["highestBidId"] = data["bidId"]
                self.bid = {**self.placed, "id": data["bidId"], "status": "WINNING"}
            case "auction:price:updated":
                self.price = {**data, "lastUpdateTime": data["timestamp"]}
            case "auction:timer:updated":
                self.timer = {**data, "currentTime": data["timestamp"], "startTime": self.state.get("startTime")}
                self.timer["endTime"] = self.state.get("extendedEndTime") or self.state.get("endTime")
            case "auction:extended":
                self.state["extendedEndTime"] = data["extendedEndTime"]
            case "auction:end":
                self.state["status"] = "ENDED"

    def snapshot(self) -> LotSnapshot:
        """What the keys hold now."""
        return LotSnapshot(
            self.lot_id,
            AuctionState.model_validate(self.state) if self.state else None,
            AuctionPrice.model_validate(self.price) if self.price else None,
            AuctionBid.model_validate(self.bid) if self.bid else None,
            AuctionTimer.model_validate(self.timer) if self.timer else None,
        )
