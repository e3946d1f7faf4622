"""What an agent feels with and what it speaks with, as it needs them."""

from collections.abc import Iterable
from typing import Protocol

from agent_runtime.core.character import Character
from agent_runtime.core.domain import Appraisal, Cue, Feeling, Stage, Tension
from agent_runtime.core.line import Prepared
from agent_runtime.core.presence import AgentMood, AgentScene, Mood
from agent_runtime.core.scenery import LotStage


class Heart(Protocol):
    """What an agent feels with (see projection/heart.py). Moments are epoch seconds."""

    @property
    def label(self) -> Mood: ...

    def feel(self, feelings: tuple[Feeling, ...], now: float, trigger: str) -> bool: ...

    def fade(self, now: float) -> bool: ...

    def next_change(self, now: float) -> float | None: ...

    def mood(self, now: float) -> AgentMood: ...

    def scene(self, now: float) -> AgentScene: ...

    def set_stage(self, lot_stage: LotStage) -> None: ...

    def recast(self, character: Character, now: float) -> None: ...

    def phrase(self, tension: Tension, now: float) -> str: ...

    def dump(self) -> bytes: ...


class Voice(Protocol):
    """What an agent speaks with (see narration/narrator.py). Moments are monotonic seconds."""

    def notice(self, cues: Iterable[Cue], stage: Stage | None, now: float) -> None: ...

    def offer(self, prepared: Prepared, now: float) -> bool: ...

    def mute(self) -> None: ...

    def unmute(self, now: float) -> None: ...

    def recast(self, character: Character) -> None: ...


class Step(Protocol):
    """One event taken in (see projection/projector.py)."""

    @property
    def appraisal(self) -> Appraisal: ...

    @property
    def stage(self) -> Stage: ...
