"""Auctions as an engine would tell of them: envelopes with fresh ids, published or posted by the test."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid4, uuid5

Envelope = dict[str, Any]


def envelope(kind: str, data: dict[str, Any], **fields: Any) -> Envelope:
    """An envelope of now by the engine."""
    return {
        "id": str(uuid4()),
        "timestamp": int(time.time() * 1000),
        "type": kind,
        "source": "auction-engine",
        "version": "1.0",
        "data": data,
        **fields,
    }


def moment(seconds: float = 0.0) -> str:
    """ISO 8601 in UTC, so many seconds from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Lot:
    """One lot under the hammer."""

    title: str = "Xbox game console"
    id: str = field(default_factory=lambda: str(uuid4()))

    def start(self, seconds: float = 3600.0) -> Envelope:
        data = {"artItemId": str(uuid4()), "artItemName": self.title, "currency": "USD", "minBidIncrement": "5"}
        times = {"startTime": moment(), "endTime": moment(seconds)}
        return envelope("auction:start", {"auctionId": self.id, **data, **times})

    def bid(self, handle: str, amount: str) -> list[Envelope]:
        """Placed and accepted, without a price."""
        bid = {"bidId": str(uuid4()), "auctionId": self.id, "userId": _user(handle), "amount": amount}
        placed = {**bid, "twitterHandle": handle, "currency": "USD", "timestamp": moment()}
        return [
            envelope("auction:bid:placed", placed),
            envelope("auction:bid:accepted", {**bid, "isHighestBid": True}),
        ]

    def price(self, amount: str) -> Envelope:
        return envelope("auction:price:updated", {"auctionId": self.id, "currentPrice": amount, "timestamp": moment()})

    def winner(self, handle: str, amount: str) -> Envelope:
        who = {"bidId": str(uuid4()), "userId": _user(handle), "twitterHandle": handle, "artItemId": str(uuid4())}
        return envelope("auction:winner", {"auctionId": self.id, "amount": amount, "currency": "USD", **who})

    def end(self, amount: str | None = None) -> Envelope:
        data = {"auctionId": self.id, "endTime": moment(), "status": "COMPLETED" if amount else "NO_BIDS"}
        return envelope("auction:end", {**data, **({"finalPrice": amount} if amount else {})})


def _user(handle: str) -> str:
    """A handle belongs to one user, whoever asks."""
    return str(uuid5(NAMESPACE_DNS, handle))
