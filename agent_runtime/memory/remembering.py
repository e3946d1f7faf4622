"""Remembering off the path of replies: what guests tell and how lots end, written late, in batches, never twice."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import Refused, RuntimeFault
from agent_runtime.core.memory import Chronicle, Memories, Memory, PastLot
from agent_runtime.memory.extracting import Heard, memories_in
from agent_runtime.memory.outcomes import bidder_memories, outcome_memories
from agent_runtime.memory.recalling import Hosts, Recalling

_WAITING = 500
_BATCH = 100
_KEPT_HELD = 1000
_LOTS = 200
_KEYS = 20
_RETRY_S = 1.0
_WITHIN_S = 10.0
_log = structlog.get_logger(__name__)


@dataclass
class _Kept:
    """What is known to be kept of one agent: words by id, and the newest outcome there was at the start."""

    words: OrderedDict[str, str]
    since: datetime | None

    def is_new(self, memory: Memory) -> bool:
        """Not kept in these words; what the records tell from before the newest kept was forgotten and stays so."""
        if memory.id in self.words:
            return self.words[memory.id] != memory.text
        return self.since is None or memory.created_at > self.since

    def add(self, memory: Memory) -> bool:
        """Whether these words are new."""
        is_known = self.words.get(memory.id) == memory.text
        self.words[memory.id] = memory.text
        self.words.move_to_end(memory.id)
        while len(self.words) > _KEPT_HELD:
            self.words.popitem(last=False)
        return not is_known


@dataclass
class Remembering:
    """Hears without waiting, writes in the background.

    `agents` are those running, each with what it hosts. `remembered` is told of every new public memory, `held`
    of the ids of an agent's newest public ones. What cannot be written waits, at most 500; then the oldest go.
    """

    memories: Memories
    chronicle: Chronicle
    recalling: Recalling
    clock: Clock
    agents: Callable[[], Sequence[tuple[str, Hosts]]]
    remembered: Callable[[str, Memory], None] = lambda _agent_id, _memory: None
    held: Callable[[str, tuple[str, ...]], None] = lambda _agent_id, _ids: None
    locale: str = "en_US"
    every_s: float = 5.0
    settles_s: float = 0.5
    dropped: int = 0
    is_healthy: bool = True
    _waiting: deque[Memory] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _is_nudged: bool = False
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def hear(self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = "") -> None:
        """Somebody said something to an agent. Never waits. `user` is an id that lasts beyond the message."""
        found = memories_in(Heard(agent_id, user, name, text, message_id, self._now(), is_public=is_public))
        self._waiting.extend(found)
        while len(self._waiting) > _WAITING:
            self._waiting.popleft()
            self.dropped += 1
        if found:
            self._news.set()

    def nudge(self) -> None:
        """A lot may be over: look soon, once the records had a moment to be written."""
        self._is_nudged = True
        self._news.set()

    async def run(self) -> None:
        """Write what was heard and look for lots that are over, for ever."""
        next_look = 0.0
        while True:
            try:
                async with asyncio.timeout(_WITHIN_S):
                    await self.write()
                    if self._is_nudged or self.clock.monotonic() >= next_look:
                        self._is_nudged = False
                        await self.look()
                        next_look = self.clock.monotonic() + self.every_s
                self.is_healthy = True
            except (RuntimeFault, TimeoutError) as fault:
                self.is_healthy = False
                _log.warning("memories wait to be kept", why=str(fault) or "timeout", waiting=len(self._waiting))
                await asyncio.sleep(_RETRY_S)
                continue
            await self._wait(next_look)

    async def write(self) -> None:
        """Keep what was heard so far and mark what was recalled. Raises Unavailable, Busy; nothing is lost then."""
        while self._waiting:
            batch = [self._waiting[place] for place in range(min(_BATCH, len(self._waiting)))]
            await self._keep(batch)
            for memory in batch:
                if self._waiting and self._waiting[0] is memory:
                    self._waiting.popleft()
        used = self.recalling.take_used()
        if used:
            await self.memories.touch(used, self._now())

    async def look(self) -> None:
        """Read which lots are over and remember those that are new. Raises Unavailable, Busy."""
        lots = await self.chronicle.past_lots(limit=_LOTS)
        self.recalling.learned(lots)
        for agent_id, hosts in self.agents():
            theirs = [lot for lot in lots if hosts(lot.auction_id, lot.campaign_id)]
            await self._look_for(agent_id, theirs)
            newest = await self.memories.newest(agent_id, _KEYS)
            self.held(agent_id, tuple(each.id for each in newest))

    async def _look_for(self, agent_id: str, lots: Sequence[PastLot]) -> None:
        kept, now = await self._kept_of(agent_id), self._now()
        outcomes = outcome_memories(agent_id, lots, lots, now, self.locale)
        bidders = bidder_memories(agent_id, lots, now, self.locale)
        await self._keep([memory for memory in (*reversed(outcomes), *bidders) if kept.is_new(memory)])

    async def _keep(self, memories: Sequence[Memory]) -> None:
        """Keep them, each id once, then tell of new ones. Private ones are told to nobody."""
        known = {agent_id: await self._kept_of(agent_id) for agent_id in {memory.agent_id for memory in memories}}
        for memory in await self._written(list({memory.id: memory for memory in memories}.values())):
            self.recalling.has(memory.agent_id, any_memory=True)
            if memory.about_user is None and known[memory.agent_id].add(memory):
                self.remembered(memory.agent_id, memory)

    async def _written(self, memories: list[Memory]) -> list[Memory]:
        """Those that could be kept: one that is refused does not take the others with it."""
        if not memories:
            return []
        try:
            await self.memories.remember(memories)
        except Refused:
            self.dropped += len(memories) == 1
            return [] if len(memories) == 1 else [kept for each in memories for kept in await self._written([each])]
        return memories

    async def _kept_of(self, agent_id: str) -> _Kept:
        """What is kept of an agent, read once; of those asked for longest ago it is read again."""
        if agent_id not in self._kept:
            newest = await self.memories.newest(agent_id, _KEPT_HELD)
            words = OrderedDict((each.id, each.text) for each in reversed(newest))
            self._kept[agent_id] = _Kept(words, _latest(each.created_at for each in newest if each.kind == "outcome"))
            if len(self._kept) > _KEPT_HELD:
                del self._kept[next(iter(self._kept))]
        return self._kept[agent_id]

    async def _wait(self, next_look: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, next_look - self.clock.monotonic())):
                await self._news.wait()
            await asyncio.sleep(self.settles_s)
        except TimeoutError:
            pass
        self._news.clear()

    def _now(self) -> datetime:
        return utc(self.clock.time())


def _latest(moments: Iterable[datetime]) -> datetime | None:
    return max(moments, default=None)
