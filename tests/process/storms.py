"""Storms of bids: an engine that publishes them at a rate, and an ear that checks what is said against what was so."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.process.listening import Platform
from tests.process.lots import Envelope, Lot
from tests.transcripts import OUTCOMES, amounts_in

_STEP = 5
_BIDDERS = ("kestrel9", "velvet_ox", "mint_folio", "july_static", "north_kiln")
_STALE_AFTER_S = 1.0


@dataclass
class LotInStorm:
    """One lot, with every price it had and when (monotonic) the next one replaced it."""

    lot: Lot
    bids: int
    price: int = 0
    replaced: dict[Decimal, float] = field(default_factory=dict)
    hammered_at: float = 0.0

    def next_bid(self) -> list[Envelope]:
        """A bid that takes the lead, and its price."""
        name = _BIDDERS[(self.price // _STEP) % len(_BIDDERS)]
        self.replaced[Decimal(self.price)] = time.monotonic()
        self.price += _STEP
        return [*self.lot.bid(name, str(self.price)), self.lot.price(str(self.price))]

    def hammer(self) -> list[Envelope]:
        name = _BIDDERS[(self.price // _STEP - 1) % len(_BIDDERS)]
        self.hammered_at = time.monotonic()
        if not self.price:
            return [self.lot.end()]
        return [self.lot.end(str(self.price)), self.lot.winner(name, str(self.price))]

    def wrongs(self, heard_at: float, text: str) -> Iterator[str]:
        """What was not so, or not any more, when the line was heard."""
        for amount in amounts_in(text):
            is_price = amount <= self.price and amount % _STEP == 0
            if not is_price and amount != self.price + _STEP:
                yield f"{amount} was never a price of {self.lot.title}: {text!r}"
            elif heard_at - self.replaced.get(amount, heard_at) > _STALE_AFTER_S and amount != self.price:
                yield f"{amount} was no price of {self.lot.title} any more: {text!r}"


@dataclass
class Storm:
    """`bids` in all, `at_once` lots at a time, at `rate` bids a second over all of them."""

    platform: Platform
    bids: int
    rate: float = 50.0
    at_once: int = 4
    bids_a_lot: int = 250
    lots: dict[str, LotInStorm] = field(default_factory=dict)
    bursting: str = ""

    async def blow(self) -> None:
        """Publish everything; every lot ends with its hammer."""
        on = [await self._opened() for _ in range(self.at_once)]
        began = time.monotonic()
        for number, place in zip(range(self.bids), cycle(range(self.at_once)), strict=False):
            await asyncio.sleep(began + number / self.rate - time.monotonic())
            await self.platform.publish(*on[place].next_bid())
            if on[place].price >= _STEP * on[place].bids:
                await self.platform.publish(*on[place].hammer())
                on[place] = await self._opened()
        for each in on:
            await self.platform.publish(*each.hammer())

    async def burst(self, messages: int) -> None:
        """Bids on one lot as fast as they go out, then its hammer."""
        lot = await self._opened()
        self.bursting = lot.lot.id
        for _ in range(messages // 300):
            batch = self.platform.client.pipeline(transaction=False)
            for _ in range(100):
                for envelope in lot.next_bid():
                    batch.publish("events:auction", json.dumps(envelope))
            await batch.execute()
        await self.platform.publish(*lot.hammer())

    async def _opened(self) -> LotInStorm:
        made = LotInStorm(Lot(title="Storm glass"), self.bids_a_lot)
        self.lots[made.lot.id] = made
        await self.platform.publish(made.lot.start())
        return made


@dataclass(frozen=True)
class Told:
    """A line with the moment it was heard (monotonic) and what it was about."""

    at: float
    text: str
    lot_id: str
    family: str


def told(platform: Platform, messages: list[dict[str, Any]]) -> list[Told]:
    """What was heard on the channel, explained by the messages that were kept of it."""
    why = {each["id"]: each["explanation"] for each in messages}
    return [
        Told(at, each["data"]["content"], reason["subject"], reason["family"])
        for at, each in platform.heard
        if each["type"] == "agent:message" and (reason := why.get(each["data"]["messageId"]))
    ]


def untruths(storm: "Storm", lines: list[Told]) -> list[str]:
    """Every price that was not so when it was heard, or a moment before."""
    return [
        wrong
        for line in lines
        if line.lot_id in storm.lots
        for wrong in storm.lots[line.lot_id].wrongs(line.at, line.text)
    ]


def hammers(lots: dict[str, LotInStorm], lines: list[Told]) -> dict[str, list[float]]:
    """By lot, how long after its last event each of its outcomes was heard, in seconds."""
    late: dict[str, list[float]] = {lot: [] for lot in lots}
    for line in lines:
        if line.family in OUTCOMES and line.lot_id in lots:
            late[line.lot_id].append(line.at - lots[line.lot_id].hammered_at)
    return late


def resident_mb(pid: int) -> float:
    """Memory of a process that is really there, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6
