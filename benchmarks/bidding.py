"""A saleroom at full speed: bids on many lots at once, each as the three events an engine sends for it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from agent_runtime.core.clock import iso
from agent_runtime.core.events import Envelope

EVENTS_A_BID = 3
_BIDDERS = 12


@dataclass(frozen=True, slots=True)
class Sent:
    """One event with the lot it belongs to; `is_told` when it gives something to say (a bid only placed does not)."""

    envelope: Envelope
    lot: str
    is_told: bool


@dataclass
class Saleroom:
    """Lots that rise by one at every bid. The same seed sends the same."""

    lots: int
    seed: int = 0
    _prices: dict[str, int] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self._rng = Random(f"saleroom {self.seed}")
        self._prices = {f"lot-{self.seed}-{number}": 10 for number in range(self.lots)}

    def opening(self) -> list[Sent]:
        """The start of every lot."""
        begins = datetime.now(UTC)
        times = {"startTime": iso(begins), "endTime": iso(begins + timedelta(hours=1))}
        return [
            self._event("auction:start", lot, times | {"artItemId": lot, "artItemName": lot, "currency": "USD"})
            for lot in self._prices
        ]

    def bid(self) -> list[Sent]:
        """Placed, accepted, and the new price, of some lot."""
        lot = self._rng.choice(list(self._prices))
        before, bid_id = self._prices[lot], self._id()
        self._prices[lot] = before + 1
        bid = {"bidId": bid_id, "userId": f"user-{self._rng.randrange(_BIDDERS)}", "amount": before + 1}
        now = {"timestamp": iso(datetime.now(UTC))}
        return [
            self._event("auction:bid:placed", lot, bid | now | {"currency": "USD"}),
            self._event("auction:bid:accepted", lot, bid | {"isHighestBid": True}),
            self._event("auction:price:updated", lot, now | {"currentPrice": before + 1, "previousPrice": before}),
        ]

    def _event(self, kind: str, lot: str, data: dict[str, Any]) -> Sent:
        envelope = Envelope(
            id=self._id(),
            timestamp=int(datetime.now(UTC).timestamp() * 1000),
            type=kind,
            source="auction-engine",
            data={"auctionId": lot, **data},
        )
        return Sent(envelope, lot, is_told=kind != "auction:bid:placed")

    def _id(self) -> str:
        return str(UUID(int=self._rng.getrandbits(96) << 32 | next(self._numbers)))
