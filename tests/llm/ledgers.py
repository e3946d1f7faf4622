"""A ledger in memory, which may be away."""

from dataclasses import dataclass, field
from datetime import date

from agent_runtime.core.errors import Unavailable


@dataclass
class MemoryLedger:
    """Keeps what was spent by day."""

    days: dict[date, int] = field(default_factory=dict)
    is_away: bool = False

    async def spent(self, day: date) -> int:
        self._look()
        return self.days.get(day, 0)

    async def add(self, day: date, tokens: int) -> int:
        self._look()
        self.days[day] = self.days.get(day, 0) + tokens
        return self.days[day]

    def _look(self) -> None:
        if self.is_away:
            raise Unavailable("the store is away")
