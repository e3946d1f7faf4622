"""What models have cost, kept by day: a limit that a restart forgot would be none."""

from datetime import date
from typing import Protocol


class Ledger(Protocol):
    """Tokens spent on models, by UTC day. Every call raises Unavailable."""

    async def spent(self, day: date) -> int:
        """Tokens of that day, 0 when there are none."""
        ...

    async def add(self, day: date, tokens: int) -> int:
        """Add to the day, atomically among all processes on the store; returns the day's tokens, these included."""
        ...
