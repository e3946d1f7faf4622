"""Memories and past lots in this process: what the database does, as far as these tests need it."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from agent_runtime.core.conversation import Page
from agent_runtime.core.errors import NotFound
from agent_runtime.core.memory import HALF_LIFE, Memory, PastLot, Recollection
from agent_runtime.core.money import Money
from tests.store.values import NOON


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@dataclass
class MemoryMemories:
    """Memories in a dict; `failure` is raised by every call while it is set, `waits` holds each call up."""

    kept: dict[str, Memory] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    failure: Exception | None = None
    waits: asyncio.Event | None = None
    queries: int = 0
    touched: list[str] = field(default_factory=list)

    async def remember(self, memories: Sequence[Memory]) -> Sequence[Memory]:
        await self._begin()
        given = {memory.id: memory for memory in memories if memory.id not in self.forgotten}
        new = [each for each in given.values() if each.id not in self.kept or self.kept[each.id].text != each.text]
        self.kept.update({memory.id: memory for memory in new})
        return new

    async def recall(
        self,
        agent_id: str,
        question: str,
        *,
        now: datetime,
        about_user: str | None = None,
        half_life: timedelta = HALF_LIFE,
        limit: int = 5,
    ) -> Sequence[Recollection]:
        await self._begin()
        found = [
            Recollection(memory=each, score=each.importance * len(words(each.text) & words(question)))
            for each in self.kept.values()
            if each.agent_id == agent_id and each.about_user in (None, about_user)
        ]
        return sorted((each for each in found if each.score), key=lambda each: -each.score)[:limit]

    async def touch(self, ids: Sequence[str], now: datetime) -> None:
        await self._begin()
        self.touched += ids

    async def newest(self, agent_id: str, limit: int) -> Sequence[Memory]:
        await self._begin()
        return [each for each in self._of(agent_id) if each.about_user is None][:limit]

    async def list(self, agent_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        await self._begin()
        return Page(data=tuple(self._of(agent_id)[:limit]))

    async def forget(self, agent_id: str, memory_id: str) -> None:
        await self._begin()
        if memory_id not in self.kept:
            raise NotFound("memory", memory_id)
        del self.kept[memory_id]
        self.forgotten.add(memory_id)

    async def forget_all(self, agent_id: str) -> int:
        ids = [each.id for each in self._of(agent_id)]
        for each in ids:
            await self.forget(agent_id, each)
        return len(ids)

    def _of(self, agent_id: str) -> Sequence[Memory]:
        return sorted(
            (each for each in self.kept.values() if each.agent_id == agent_id),
            key=lambda each: each.created_at,
            reverse=True,
        )

    async def _begin(self) -> None:
        self.queries += 1
        if self.waits is not None:
            await self.waits.wait()
        if self.failure is not None:
            raise self.failure


@dataclass
class MemoryChronicle:
    """Past lots as a test sets them, the newest first."""

    lots: list[PastLot] = field(default_factory=list)
    failure: Exception | None = None

    async def past_lots(self, *, campaign_id: str | None = None, limit: int = 200) -> Sequence[PastLot]:
        if self.failure is not None:
            raise self.failure
        return [lot for lot in self.lots if campaign_id in (None, lot.campaign_id)][:limit]

    async def regulars(self, limit: int = 1000) -> frozenset[str]:
        return frozenset()

    async def titles(self, auction_ids: Sequence[str]) -> dict[str, str]:
        return {}


def past(number: int, title: str, **values: object) -> PastLot:
    """A lot that was sold for 0.48 ETH, `number` minutes after noon."""
    given = {
        "auction_id": f"lot-{number}",
        "outcome": "sold",
        "bidder": "velvet_ox",
        "amount": Money(Decimal("0.48"), "ETH"),
        "ended_at": NOON + timedelta(minutes=number),
        **values,
    }
    return PastLot.model_validate({"number": number, "title": title, **given})
