"""What comes to mind in time for a reply: memories within a deadline, lots that are over without any wait."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.memory import HALF_LIFE, Memories, PastLot, Recollection

Hosts = Callable[[str, str | None], bool]
_AGENTS_HELD = 1000
_USED_HELD = 1000
_log = structlog.get_logger(__name__)


class Recalling:
    """Recalls for agents by id. An agent that has no memory at all costs a reply no query."""

    def __init__(
        self,
        memories: Memories,
        clock: Clock,
        deadline_s: float = 0.25,
        limit: int = 5,
        half_life: timedelta = HALF_LIFE,
    ) -> None:
        self._memories = memories
        self._half_life = half_life
        self._clock = clock
        self._deadline_s = deadline_s
        self._limit = limit
        self._has_any: OrderedDict[str, bool] = OrderedDict()
        self._past: tuple[PastLot, ...] = ()
        self._used: OrderedDict[str, None] = OrderedDict()

    async def recall(
        self, agent_id: str, question: str, *, about_user: str | None = None, name: str = ""
    ) -> tuple[Recollection, ...]:
        """Best first: what is public, and what `about_user` told in private. Empty when it fails or takes too long.

        `name` is what the asker is called: what they told is under it, whatever words they ask in.
        """
        if self._has_any.get(agent_id) is False:  # without a timer: it is every turn of most characters
            return ()
        try:
            async with asyncio.timeout(self._deadline_s):
                if not await self._knows_anything(agent_id):
                    return ()
                found = await self._memories.recall(
                    agent_id,
                    f"{name} {question}".strip(),
                    now=utc(self._clock.time()),
                    about_user=about_user,
                    half_life=self._half_life,
                    limit=self._limit,
                )
        except (TimeoutError, RuntimeFault) as fault:
            _log.warning("nothing recalled", agent=agent_id, why=getattr(fault, "code", "timeout"))
            return ()
        self._use(found)
        return tuple(found)

    def past(self, hosts: Hosts) -> tuple[PastLot, ...]:
        """Lots that are over, the newest first, of those that `hosts` says yes to."""
        return tuple(lot for lot in self._past if hosts(lot.auction_id, lot.campaign_id))

    def learned(self, lots: Sequence[PastLot]) -> None:
        """These are the newest lots that are over."""
        self._past = tuple(lots)

    def has(self, agent_id: str, *, any_memory: bool) -> None:
        """Whether an agent has any memory."""
        self._has_any[agent_id] = any_memory
        self._has_any.move_to_end(agent_id)
        if len(self._has_any) > _AGENTS_HELD:
            self._has_any.popitem(last=False)

    def take_used(self) -> list[str]:
        """Ids of the memories recalled since last asked, to be marked off the path of replies."""
        used = list(self._used)
        self._used.clear()
        return used

    async def _knows_anything(self, agent_id: str) -> bool:
        if agent_id not in self._has_any:
            page = await self._memories.list(agent_id, limit=1)
            if agent_id not in self._has_any:  # something may have been remembered meanwhile
                self.has(agent_id, any_memory=bool(page.data))
        return self._has_any[agent_id]

    def _use(self, found: Sequence[Recollection]) -> None:
        for each in found:
            self._used[each.memory.id] = None
        while len(self._used) > _USED_HELD:
            self._used.popitem(last=False)
