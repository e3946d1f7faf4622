"""Envelopes of an auction as an engine would publish them, made by hand; times are seconds after EPOCH."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from agent_runtime.cli.books import Books
from agent_runtime.core.clock import iso, utc
from agent_runtime.core.domain import Appraisal
from agent_runtime.core.events import Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.core.money import Money
from agent_runtime.core.platform import Record
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.auction.lot import Lot

EPOCH = 1_767_306_000.0
LOT = "lot-1"


@dataclass
class Engine:
    """Numbers its events; the same calls give the same envelopes."""

    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def event(self, kind: str, at: float, *, lot: str = LOT, stamped: bool = False, **data: Any) -> Envelope:
        """Any `auction:*` event; `stamped` ones carry a `timestamp` of their own."""
        number = next(self._numbers)
        own = {"timestamp": moment(at)} if stamped else {}
        return Envelope(
            id=f"event-{number}",
            timestamp=round((EPOCH + at) * 1000),
            type=f"auction:{kind}",
            source="auction-engine",
            data={"auctionId": lot, **own, **data},
        )

    def start(self, at: float = 0.0, *, lot: str = LOT, title: str = "Salt Ledger", **more: Any) -> Envelope:
        fields: dict[str, Any] = {
            "artItemId": "item-1",
            "artItemName": title,
            "startTime": moment(at),
            "endTime": moment(at + 3600),
            "minBidIncrement": "5",
            "currency": "USD",
        }
        return self.event("start", at, lot=lot, **{**fields, **more})

    def placed(self, at: float, bid: str, user: str, amount: str, *, lot: str = LOT) -> Envelope:
        about = {"bidId": bid, "userId": user, "twitterHandle": f"the_{user}", "amount": amount, "currency": "USD"}
        return self.event("bid:placed", at, lot=lot, stamped=True, **about)

    def accepted(self, at: float, bid: str, user: str, amount: str, *, lot: str = LOT, leads: bool = True) -> Envelope:
        about: dict[str, Any] = {"bidId": bid, "userId": user, "amount": amount, "isHighestBid": leads}
        return self.event("bid:accepted", at, lot=lot, **about)

    def priced(self, at: float, price: str, *, lot: str = LOT) -> Envelope:
        return self.event("price:updated", at, lot=lot, stamped=True, currentPrice=price)

    def bid(
        self, at: float, user: str, price: str, *, lot: str = LOT, leads: bool = True, maximum: str | None = None
    ) -> list[Envelope]:
        """A bid placed, accepted and priced within 60 ms; its amount is `maximum` where that is given."""
        bid, amount = f"bid-{lot}-{user}-{price}", maximum or price
        return [
            self.placed(at, bid, user, amount, lot=lot),
            self.accepted(at + 0.04, bid, user, amount, lot=lot, leads=leads),
            self.priced(at + 0.06, price, lot=lot),
        ]

    def timer(self, at: float, remaining: float, *, lot: str = LOT, extensions: int = 0) -> Envelope:
        about = {"timeRemaining": remaining, "isExtended": extensions > 0, "extensionCount": extensions}
        return self.event("timer:updated", at, lot=lot, stamped=True, **about)

    def end(self, at: float, status: str = "COMPLETED", *, lot: str = LOT, **more: Any) -> Envelope:
        return self.event("end", at, lot=lot, status=status, endTime=moment(at), **more)

    def winner(self, at: float, user: str, price: str, *, lot: str = LOT, **more: Any) -> Envelope:
        about = {"bidId": f"bid-{lot}-{user}-{price}", "userId": user, "amount": price, "currency": "USD"}
        return self.event("winner", at, lot=lot, twitterHandle=f"the_{user}", artItemId="item-1", **{**about, **more})


def keys_after(*envelopes: Envelope) -> LotSnapshot:
    """What the engine's keys hold of the lot when it has published these."""
    books, keys = Books(), None
    for envelope in envelopes:
        keys = books.enter(envelope)
    assert keys is not None
    return keys


def moment(at: float) -> str:
    """The ISO date of a time after EPOCH."""
    return iso(utc(EPOCH + at))


@dataclass
class Fold:
    """A lot folded event by event, each received when it happened; `appraisals` holds what each of them meant."""

    lot: Lot | None = None
    appraisals: list[Appraisal] = field(default_factory=list)
    records: tuple[Record, ...] = ()

    def take(self, *envelopes: Envelope) -> "Fold":
        for envelope in envelopes:
            self.take_at(envelope.timestamp / 1000 - EPOCH, envelope)
        return self

    def take_at(self, now: float, envelope: Envelope) -> Appraisal:
        """Take in one event received at `now`."""
        event = AUCTION.parse(envelope)
        before = AUCTION.settle(self.lot, now) if self.lot is not None else None
        self.lot = AUCTION.project(before, event, now)
        self.appraisals.append(AUCTION.appraise(before, event, self.lot))
        return self.appraisals[-1]

    def find(self, now: float, snapshot: LotSnapshot, read_at: float | None = None) -> Appraisal:
        """Take in what the keys say at `now`, by the wall's clock at `read_at` (seconds after EPOCH too)."""
        event = AUCTION.found(snapshot, EPOCH + (now if read_at is None else read_at))
        assert event is not None
        before = AUCTION.settle(self.lot, now) if self.lot is not None else None
        self.lot = AUCTION.project(before, event, now)
        self.records = AUCTION.records(event, self.lot)
        self.appraisals.append(AUCTION.appraise(before, event, self.lot))
        return self.appraisals[-1]

    def slots(self, now: float) -> dict[str, str]:
        """What may be said of the lot at `now`, as words."""
        slots = AUCTION.stage(self.at(now), now).slots
        return {name: str(each.amount) if isinstance(each, Money) else str(each) for name, each in slots.items()}

    def at(self, now: float) -> Lot:
        """The lot at `now`, when what waits has had its time."""
        assert self.lot is not None
        return AUCTION.settle(self.lot, now)

    def cues(self) -> list[str]:
        """The families of all cues, in order."""
        return [cue.family for appraisal in self.appraisals for cue in appraisal.cues]

    def feelings(self) -> list[str]:
        """The emotions of all appraisals, in order."""
        return [feeling.emotion for appraisal in self.appraisals for feeling in appraisal.feelings]
