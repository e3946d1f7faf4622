"""Agents for the tests of this room: real hearts, stages made by hand, a live state that can be away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agent_runtime.agents.agent import Agent
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, ManualClock
from agent_runtime.core.conversation import NewMessage
from agent_runtime.core.domain import Appraisal, Cue, Feeling, Rank, Slot, Stage
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.line import Prepared
from agent_runtime.live.memory import MemoryLiveState, MemoryPublisher
from agent_runtime.projection.heart import Heart

VESPER = Character.model_validate(
    {
        "name": "Vesper Quill",
        "slug": "vesper",
        "hosts": {"auctions": "*"},
        "initiative": {"idle_after": "25s"},
        "scene": {"expressions": {"NEUTRAL": "calm.png", "EXCITED": "wide.png", "HAPPY": "smile.png"}},
    }
)
NOON = 1_790_000_000.0


def line(content: str, second: int = 0, **why: str) -> NewMessage:
    """What it said at that second, and why."""
    moment = datetime(2026, 11, 21, 10, 0, second, tzinfo=UTC)
    return NewMessage(
        id=f"m{second}", session_id="s", role="assistant", content=content, created_at=moment, explanation=why or None
    )


@dataclass(frozen=True)
class Happening:
    """A step of the projector, made by hand."""

    stage: Stage
    appraisal: Appraisal = field(default_factory=Appraisal)


def campaign(subject: str, title: str = "Autumn") -> Stage:
    slots: dict[str, Slot] = {"title": title, "day": 2}
    return Stage(subject, title, is_open=True, is_last_call=False, slots=slots, campaign=subject, kind="campaign")


def stage(subject: str, *, is_open: bool = True, title: str = "Salt Ledger", **slots: Slot) -> Stage:
    return Stage(subject, title, is_open=is_open, is_last_call=False, slots=slots, bid_count=3)


def felt(subject: str, emotion: str = "excitement", intensity: float = 0.9) -> Happening:
    return Happening(stage(subject), Appraisal((Feeling(emotion, intensity),)))


def said(subject: str) -> Happening:
    return Happening(stage(subject), Appraisal(cues=(Cue("bid", Rank.MEDIUM, subject, "event-1"),)))


@dataclass
class Ear:
    """A voice that keeps what it is given."""

    noticed: list[tuple[Cue, ...]] = field(default_factory=list)
    offered: list[Prepared] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    is_silent: bool = False

    def notice(self, cues: Any, stage: Stage | None, now: float) -> None:
        self.noticed.append(tuple(cues))

    def offer(self, prepared: Prepared, now: float) -> bool:
        if not self.is_silent:
            self.offered.append(prepared)
        return not self.is_silent

    def mute(self) -> None:
        self.is_silent = True
        self.orders.append("mute")

    def unmute(self, now: float) -> None:
        self.is_silent = False
        self.orders.append("unmute")

    def recast(self, character: Character) -> None:
        self.orders.append(f"recast {character.slug}")

    @property
    def families(self) -> list[str]:
        return [cue.family for cues in self.noticed for cue in cues]


def agent(
    stages: Mapping[str, Stage] | None = None,
    clock: Clock | None = None,
    character: Character = VESPER,
    voice: Ear | None = None,
) -> Agent:
    """A running agent whose subjects stand as `stages` says at the time of asking."""
    clock = clock or ManualClock(NOON)
    known = {} if stages is None else stages
    heart = Heart(character.slug, character, clock.time())
    return Agent(character, heart, clock, lambda subject, _now: known.get(subject), voice, status="ACTIVE")


@dataclass
class Platform:
    """Where a herald writes and publishes; `is_away` makes every call fail."""

    live: MemoryLiveState = field(default_factory=MemoryLiveState)
    publisher: MemoryPublisher = field(default_factory=MemoryPublisher)
    is_away: bool = False
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        target = self.publisher if name == "publish" else self.live

        async def call(*arguments: Any) -> Any:
            self.calls.append(name)
            if self.is_away:
                raise Unavailable("away")
            return await getattr(target, name)(*arguments)

        return call

    def published(self) -> Sequence[bytes]:
        return [payload for _, payload in self.publisher.published]
