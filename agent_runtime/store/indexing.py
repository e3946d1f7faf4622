"""Messages made findable by their words, behind the turns: what was said waits in memory until there is time."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import desc, func, select, tuple_
from sqlalchemy.exc import IntegrityError

from agent_runtime.core.errors import Busy, Unavailable
from agent_runtime.store.engine import Engine
from agent_runtime.store.noting import note
from agent_runtime.store.tables import sessions
from agent_runtime.store.word_tables import searched_sessions
from agent_runtime.store.writer import Writer

_MOST_HEARD = 10_000
_AT_ONCE = 64  # some eight milliseconds' worth
_SESSIONS_AT_ONCE = 32
_LOOKED_AT = 500
_BATCHES_BEFORE_A_SEARCH = 8
_BEHIND = (
    select(
        sessions.c.id, sessions.c.created_at, sessions.c.message_count, func.coalesce(searched_sessions.c.upto_seq, 0)
    )
    .outerjoin(searched_sessions, searched_sessions.c.session_id == sessions.c.id)
    .order_by(desc(sessions.c.created_at), desc(sessions.c.id))
    .limit(_LOOKED_AT)
)
_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Indexer:
    """Knows which sessions have messages that cannot be found yet. A turn costs it an entry in a dictionary.

    What was heard before this process began is found by looking once through all sessions, the newest first.
    """

    engine: Engine
    writer: Writer
    every_s: float = 60.0
    pause_s: float = 0.05
    _heard: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _looked_upto: tuple[datetime, str] | None = None
    _is_looking: bool = True
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    def start(self) -> None:
        """In the loop that runs now: a database may be opened again in another."""
        self._alone = asyncio.Lock()

    def hear(self, session_id: str) -> None:
        """Something was said in the session."""
        self._heard[session_id] = None
        self._heard.move_to_end(session_id)
        if len(self._heard) > _MOST_HEARD:
            self._heard.clear()
            self._looked_upto, self._is_looking = None, True

    @property
    def is_behind(self) -> bool:
        """Whether there is something that may not be found yet."""
        return bool(self._heard) or self._is_looking

    async def run(self) -> None:
        """Catch up now and every minute, for ever, a few milliseconds' worth at a time."""
        while True:
            try:
                is_done = not await self.index_some(_AT_ONCE)
            except (Unavailable, Busy) as fault:
                _log.warning("new messages cannot be searched for now", why=str(fault))
                is_done = True
            await asyncio.sleep(self.every_s if is_done else self.pause_s)

    async def catch_up(self) -> None:
        """Before a search: what was said last first, and not for long. Raises Unavailable, Busy."""
        for _ in range(_BATCHES_BEFORE_A_SEARCH):
            if not await self.index_some(_AT_ONCE):
                return

    async def index_some(self, limit: int) -> int:
        """Make at most `limit` messages findable; 0 when nothing is left to do. Raises Unavailable, Busy."""
        async with self._alone:  # a search waits for what the background has taken up, and has not kept yet
            return await self._index_some(limit)

    async def _index_some(self, limit: int) -> int:
        looked = 0 if self._heard or not self._is_looking else await self._look()
        if not self._heard or limit < 1:
            return looked
        ids = [self._heard.popitem()[0] for _ in range(min(len(self._heard), _SESSIONS_AT_ONCE))]
        left = ids  # whatever goes wrong, also when the caller gives up
        try:
            left, noted = await self.writer.write(note, (ids, limit), bulk_rows=limit)
        except IntegrityError:  # deleted this moment by another process; the next time it is not there
            noted = 0
        finally:
            for session_id in left:
                self.hear(session_id)
        return max(noted, 1)

    async def _look(self) -> int:
        """Look at the next sessions for some that were left behind; how many were looked at."""
        query = _BEHIND
        if self._looked_upto is not None:
            query = query.where(tuple_(sessions.c.created_at, sessions.c.id) < self._looked_upto)
        rows = await self.engine.read(lambda db: db.execute(query).all())
        for session_id, _, count, upto in reversed(rows):
            if count > upto:
                self.hear(session_id)
        self._is_looking = len(rows) == _LOOKED_AT
        self._looked_upto = (rows[-1][1], rows[-1][0]) if self._is_looking else None
        return len(rows)
