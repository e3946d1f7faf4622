"""An independent check that a transcript is true: its own small fold of raw events, nothing of the runtime's."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

OUTCOMES = {"sold", "passed", "cancelled"}
_AMOUNT = re.compile(r"\$([\d,]+(?:\.\d+)?)|([\d,]+(?:\.\d+)?) ETH\b")
_HANDLE = re.compile(r"[A-Za-z0-9_]+")


def recorded(path: Path) -> Iterator[dict[str, Any]]:
    """The envelopes of a recording, packed or not."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            yield json.loads(line)


def with_start(envelopes: Iterable[dict[str, Any]], **fields: object) -> Iterator[dict[str, Any]]:
    """The same stream, with other `fields` in every start."""
    for envelope in envelopes:
        is_start = envelope["type"] == "auction:start"
        yield {**envelope, "data": {**envelope["data"], **fields}} if is_start else envelope


def amounts_in(text: str) -> set[Decimal]:
    """Every amount of money in a line, read back: `$1,250`, `0.136 ETH`."""
    return {Decimal((dollars or ether).replace(",", "")) for dollars, ether in _AMOUNT.findall(text)}


@dataclass
class LotSeen:
    """What a listener with a notebook would know of a lot."""

    title: str = ""
    price: Decimal | None = None
    priced_at: str = ""
    increment: Decimal | None = None
    reserve: Decimal | None = None
    leader: str | None = None
    outbid: str | None = None
    refused: set[str] = field(default_factory=set)
    final: Decimal | None = None
    winner: str | None = None
    is_over: bool = False
    bids: int = 0
    said: Counter[str] = field(default_factory=Counter)
    highest_said: Decimal = Decimal(0)


@dataclass
class Witness:
    """Hears the same events and every line, and notes each thing that was not true when it was said."""

    lots: dict[str, LotSeen] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)
    untruths: list[str] = field(default_factory=list)

    def hears_event(self, envelope: Mapping[str, Any]) -> None:
        """Take in one raw envelope."""
        data, kind = envelope["data"], envelope["type"].removeprefix("auction:")
        lot = self.lots.setdefault(data["auctionId"], LotSeen())
        if "userId" in data and data.get("twitterHandle"):
            self.handles[data["userId"]] = data["twitterHandle"]
        match kind:
            case "start":
                self._start(lot, data)
            case "bid:accepted":
                self._bid(lot, data)
            case "bid:rejected":
                lot.refused.add(self.handles.get(data["userId"], ""))
            case "price:updated" if data["timestamp"] >= lot.priced_at:
                lot.price, lot.priced_at = Decimal(data["currentPrice"]), data["timestamp"]
            case "end":
                lot.is_over = True
                lot.final = Decimal(data["finalPrice"]) if data.get("finalPrice") else None
                lot.winner = lot.leader
            case "winner":
                lot.is_over = True
                lot.final = Decimal(data["amount"]) if lot.final is None else lot.final
                lot.winner = data.get("twitterHandle") or self.handles.get(data["userId"])

    def hears_line(self, subject: str, family: str, text: str) -> None:
        """Take in one line about the lot `subject`."""
        lot = self.lots[subject]
        for wrong in self._wrongs(lot, family, text):
            self.untruths.append(f"{wrong}: {text!r} ({family}, lot {subject}, {lot})")
        lot.said[family] += 1

    def hears_the_end(self, *, may_miss_openings: bool = False) -> None:
        """Nothing more comes: every lot must have had its opening and its outcome."""
        for subject, lot in self.lots.items():
            opened, ended = lot.said["open"], sum(lot.said[family] for family in OUTCOMES)
            if opened != 1 and not (may_miss_openings and opened == 0 and lot.is_over):
                self.untruths.append(f"{subject} was opened {opened} times")
            if lot.is_over and ended != 1:
                self.untruths.append(f"{subject} had {ended} outcomes")

    def _start(self, lot: LotSeen, data: Mapping[str, Any]) -> None:
        lot.title = data.get("artItemName") or ""
        self.titles.add(lot.title)
        lot.increment = Decimal(data["minBidIncrement"]) if data.get("minBidIncrement") else None
        lot.reserve = Decimal(data["reservePrice"]) if data.get("reservePrice") else None

    def _bid(self, lot: LotSeen, data: Mapping[str, Any]) -> None:
        lot.bids += 1
        if data["isHighestBid"]:
            name = self.handles.get(data["userId"])
            lot.outbid = lot.leader if name != lot.leader else lot.outbid
            lot.leader = name

    def _wrongs(self, lot: LotSeen, family: str, text: str) -> Iterator[str]:
        if lot.said.keys() & OUTCOMES:
            yield "said after the outcome"
        if "sold" in _words(text) and not lot.is_over:
            yield "sold before the end"
        if lot.is_over and family not in OUTCOMES:
            yield "not the outcome, after the end"
        yield from self._wrong_amounts(lot, family, text)
        yield from self._wrong_names(lot, family, text)

    def _wrong_amounts(self, lot: LotSeen, family: str, text: str) -> Iterator[str]:
        price = lot.final if lot.is_over else lot.price
        allowed = {price, price + lot.increment} if price is not None and lot.increment else {price}
        amounts = amounts_in(text)
        for amount in amounts - allowed:
            is_milestone = family == "milestone" and price is not None and amount <= price
            if not is_milestone:
                yield f"amount {amount} is not the state's {price}"
        if lot.reserve is not None and lot.reserve in amounts and lot.reserve not in allowed:
            yield "the reserve"
        if price is not None and price in amounts:
            if price < lot.highest_said and "correction" not in {family, *lot.said}:
                yield f"a price below {lot.highest_said}"
            lot.highest_said = price

    def _wrong_names(self, lot: LotSeen, family: str, text: str) -> Iterator[str]:
        allowed = {lot.winner} if lot.is_over else {lot.leader, lot.outbid}
        allowed |= lot.refused if family == "rejected" else set()
        spoken = text.replace(lot.title, "")
        for name in set(_HANDLE.findall(spoken)) & set(self.handles.values()) - allowed:
            yield f"the bidder {name} is none of {allowed}"
        for title in self.titles - {lot.title, ""}:
            if title not in lot.title and title in text:
                yield f"the title of another lot, {title}"


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))
