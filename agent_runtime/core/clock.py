"""Time as an argument: the machine's clock, or one that a rehearsal moves by hand."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Two readings, both in seconds: `time` since the Unix epoch, `monotonic` since some fixed moment."""

    def time(self) -> float: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's own clock."""

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is moved; both readings are the same number."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def time(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def move_to(self, moment: float) -> None:
        """Move forward to `moment`; an earlier moment leaves the clock where it is."""
        self._now = max(self._now, moment)


def utc(seconds: float) -> datetime:
    """The aware UTC datetime of an epoch reading, cut to whole milliseconds."""
    return datetime.fromtimestamp(int(seconds * 1000) / 1000, UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, as the contract writes dates."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
