"""Remembering off the path of replies: what guests tell and how lots end, written late, in batches, never twice."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

import structlog

from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import Refused, RuntimeFault
from agent_runtime.core.memory import Chronicle, Memories, Memory, PastLot
from agent_runtime.memory.extracting import Heard, memories_in
from agent_runtime.memory.outcomes import bidder_memories, outcome_memories
from agent_runtime.memory.recalling import Hosts, Recalling

_WAITING = 500
_BATCH = 100
_LOTS = 200
_NEWEST = 20
_RETRY_S = 1.0
_WITHIN_S = 10.0
_log = structlog.get_logger(__name__)


@dataclass
class Remembering:
    """Hears without waiting, writes in the background.

    `agents` are those running, each with what it hosts. `remembered` is told of every new public memory (of a look at
    the records the newest 20: a world may be full of lots when an agent first sees it), `held` of the ids of an
    agent's newest public ones. What cannot be written waits, at most 500; then the oldest go.
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
    _looked: dict[str, Mapping[str, str]] = field(default_factory=dict)  # words by id, as an agent last read them

    def hear(self, agent_id: str, user: str, text: str, message_id: str, *, is_public: bool, name: str = "") -> None:
        """Somebody said something to an agent. Never waits. `user` is an id that lasts beyond the message."""
        found = memories_in(Heard(agent_id, user, name, text, message_id, self._now(), is_public=is_public))
        self._waiting.extend(found)
        while len(self._waiting) > _WAITING:
            self._waiting.popleft()
            self.dropped += 1
        if found:
            self._news.set()

    async def run(self) -> None:
        """Write what was heard and look for lots that are over, for ever."""
        next_look = 0.0
        while True:
            try:
                async with asyncio.timeout(_WITHIN_S):
                    await self.write()
                    if self.clock.monotonic() >= next_look:
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
            new = await self._keep(batch)
            for memory in batch:
                if self._waiting and self._waiting[0] is memory:
                    self._waiting.popleft()
            self._tell(new)
        used = self.recalling.take_used()
        if used:
            await self.memories.touch(used, self._now())

    async def look(self) -> None:
        """Read which lots are over and remember those that are new. Raises Unavailable, Busy."""
        lots = await self.chronicle.past_lots(limit=_LOTS)
        self.recalling.learned(lots)
        agents = self.agents()
        self._looked = {agent_id: self._looked.get(agent_id, {}) for agent_id, _ in agents}
        for agent_id, hosts in agents:
            theirs = [lot for lot in lots if hosts(lot.auction_id, lot.campaign_id)]
            await self._look_for(agent_id, theirs)
            newest = await self.memories.newest(agent_id, _NEWEST)
            self.held(agent_id, tuple(each.id for each in newest))

    async def _look_for(self, agent_id: str, lots: Sequence[PastLot]) -> None:
        """What is kept or forgotten already is so by its id: handing it over again after a restart changes nothing."""
        now, looked = self._now(), self._looked[agent_id]
        outcomes = outcome_memories(agent_id, lots, now, self.locale)
        found = (*reversed(outcomes), *bidder_memories(agent_id, lots, now, self.locale))
        new = await self._keep([memory for memory in found if looked.get(memory.id) != memory.text])
        self._looked[agent_id] = {memory.id: memory.text for memory in found}
        self._tell(sorted(new, key=attrgetter("created_at"))[-_NEWEST:])

    async def _keep(self, memories: Sequence[Memory]) -> Sequence[Memory]:
        """Keep them; those that are new. One that is refused does not take the others with it."""
        try:
            new = await self.memories.remember(memories)
        except Refused:
            self.dropped += len(memories) == 1
            return [] if len(memories) == 1 else [kept for each in memories for kept in await self._keep([each])]
        for agent_id in {memory.agent_id for memory in memories}:
            self.recalling.has(agent_id, any_memory=True)
        return new

    def _tell(self, new: Sequence[Memory]) -> None:
        """Private ones are told to nobody."""
        for memory in new:
            if memory.about_user is None:
                self.remembered(memory.agent_id, memory)

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
