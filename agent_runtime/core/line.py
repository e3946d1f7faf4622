"""A line said aloud, with everything that explains it, and lines made ready before their moment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agent_runtime.core.domain import Rank


@dataclass(frozen=True, slots=True)
class Prepared:
    """Words that are ready and wait for their moment: an answer to the audience, colour, something to be said now.

    `rank` decides how it waits (questions queue, colour gives way, a critical one is said at once); `weight`
    multiplies its worth. `is_true` is asked at the moment of speaking: words that are not true any more are
    dropped. `dropped` is told of all that were taken and will not be said. `reply_to` and `handle` are of whom it
    answers.
    """

    family: str
    rank: Rank
    text: str
    cause: str
    subject: str = ""
    weight: float = 1.0
    reply_to: str | None = None
    handle: str | None = None
    is_true: Callable[[], bool] = lambda: True
    dropped: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Line:
    """What was said, about what and why.

    `cause` holds ids of the events it answers (the newest fifty), `merged` how many cues it stands for,
    `as_of` the newest bid it knew of, `at` the monotonic moment it began, `takes_s` how long it is spoken,
    `number` counts an agent's lines from 1. `superseded` counts the cues that gave way to it unsaid. `reply_to` and
    `handle` are set for an answer to somebody in the audience.
    """

    number: int
    agent_id: str
    subject: str
    family: str
    rank: Rank
    text: str
    cause: tuple[str, ...]
    as_of: str | None
    at: float
    takes_s: float
    score: float
    merged: int = 1
    interrupts: bool = False
    superseded: int = 0
    reply_to: str | None = None
    handle: str | None = None

    def explanation(self) -> dict[str, Any]:
        """Why it was said, as it is kept with the message."""
        return {
            "subject": self.subject,
            "family": self.family,
            "class": f"C{int(self.rank)}",
            "score": round(self.score, 3),
            "merged": self.merged,
            "superseded": self.superseded,
        }
