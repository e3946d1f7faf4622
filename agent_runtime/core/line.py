"""A line said aloud, with everything that explains it."""

from dataclasses import dataclass

from agent_runtime.core.domain import Rank


@dataclass(frozen=True, slots=True)
class Line:
    """What was said, about what and why.

    `cause` holds ids of the events it answers (the newest fifty), `merged` how many cues it stands for,
    `as_of` the newest bid it knew of, `at` the monotonic moment it began, `takes_s` how long it is spoken,
    `number` counts an agent's lines from 1.
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
