"""A character that is alive: it witnesses what it hosts, feels it, and knows how things stand."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock
from agent_runtime.core.conversation import NewMessage
from agent_runtime.core.domain import Appraisal, Cue, Feeling, Stage, Tension
from agent_runtime.core.money import Money
from agent_runtime.core.presence import (
    AgentContext,
    AgentMood,
    AgentScene,
    AgentState,
    AuctionContext,
    ConversationContext,
    Mood,
    RecentMessage,
)
from agent_runtime.core.prompt import Circumstances

RECENT_KEPT = 20
_SUBJECTS_HELD = 50
Status = Literal["INITIALIZING", "ACTIVE", "PAUSED", "INACTIVE"]


class Heart(Protocol):
    """What an agent feels with (see projection/heart.py). Moments are epoch seconds."""

    @property
    def label(self) -> Mood: ...

    def feel(self, feelings: tuple[Feeling, ...], now: float, trigger: str) -> bool: ...

    def fade(self, now: float) -> bool: ...

    def next_change(self, now: float) -> float | None: ...

    def mood(self, now: float) -> AgentMood: ...

    def scene(self, now: float) -> AgentScene: ...

    def phrase(self, tension: Tension, now: float) -> str: ...

    def dump(self) -> bytes: ...


class Voice(Protocol):
    """What an agent speaks with (see narration/narrator.py). Moments are monotonic seconds."""

    def notice(self, cues: Iterable[Cue], stage: Stage, now: float) -> None: ...


class Step(Protocol):
    """One event taken in (see projection/projector.py)."""

    @property
    def appraisal(self) -> Appraisal: ...

    @property
    def stage(self) -> Stage: ...


@dataclass
class Agent:
    """One living character. `changed` is called whenever what others may read of it could have changed.

    `session_id` is the session it narrates into, empty for a character that is only talked to. `nudge` wakes
    its speaker.
    """

    character: Character
    heart: Heart
    clock: Clock
    stage_of: Callable[[str, float], Stage | None]
    voice: Voice | None = None
    session_id: str = ""
    locale: str = "en_US"
    status: Status = "INACTIVE"
    is_muted: bool = False
    changed: Callable[[], None] = lambda: None
    nudge: Callable[[], None] = lambda: None
    last_trigger: str = ""
    last_interaction: datetime | None = None
    touched_at: float = 0.0
    _subjects: dict[str, None] = field(default_factory=dict)
    _recent: deque[RecentMessage] = field(default_factory=lambda: deque(maxlen=RECENT_KEPT))

    @property
    def id(self) -> str:
        """Its slug: the name it has for other services."""
        return self.character.slug

    def hosts(self, subject: str, campaign: str | None) -> bool:
        """Whether this live event is one of its own."""
        return self.character.hosts.includes(subject, campaign)

    def witness(self, step: Step, cause: str, now: float) -> None:
        """Take in an event it hosts, received at `now` (monotonic)."""
        self._hold(step.stage.subject, now)
        if step.appraisal.feelings:
            self.feel(step.appraisal.feelings, trigger=cause)
        if step.appraisal.cues and self.voice is not None:
            self.voice.notice(step.appraisal.cues, step.stage, now)
            self.nudge()
        self.changed()

    def feel(self, feelings: tuple[Feeling, ...], trigger: str) -> None:
        """Feel something about `trigger` (an event or message id)."""
        if self.heart.feel(feelings, self.clock.time(), trigger):
            self.last_trigger = trigger
        self.changed()

    def has_said(self, message: NewMessage) -> None:
        """Remember a public line of its own for its context."""
        self._recent.append(RecentMessage(role="agent", content=message.content, timestamp=message.created_at))
        self.last_interaction = message.created_at
        self.changed()

    def stages(self) -> tuple[Stage, ...]:
        """What it hosts, the one in hand first: the open ones by latest touch, then the others."""
        now = self.clock.monotonic()
        found = [self.stage_of(subject, now) for subject in reversed(self._subjects)]
        return tuple(sorted((each for each in found if each is not None), key=lambda each: not each.is_open))

    def circumstances(self) -> Circumstances:
        """How things stand, for a prompt."""
        now, stages = self.clock.time(), self.stages()
        tension = stages[0].tension if stages else Tension()
        return Circumstances(
            mood=self.heart.label,
            feeling=self.heart.phrase(tension, now),
            scene=self.heart.scene(now),
            stages=stages,
            locale=self.locale,
        )

    def state(self) -> AgentState:
        """The contract's `agent:{id}`."""
        stages = self.stages()
        return AgentState(
            id=self.id,
            character_id=self.character.slug,
            name=self.character.name,
            status=self.status,
            auction_id=stages[0].subject if stages and stages[0].is_open else None,
            last_interaction_time=self.last_interaction,
        )

    def context(self) -> AgentContext:
        """The contract's `agent:context:{id}`: the lot in hand and what was said in public, never a private chat."""
        return AgentContext(
            agent_id=self.id,
            auction_context=_auction(self.stages()),
            conversation_context=ConversationContext(recent_messages=tuple(self._recent)),
        )

    def _hold(self, subject: str, now: float) -> None:
        self.touched_at = now
        self._subjects.pop(subject, None)
        self._subjects[subject] = None
        if len(self._subjects) > _SUBJECTS_HELD:
            del self._subjects[next(iter(self._subjects))]


def _auction(stages: tuple[Stage, ...]) -> AuctionContext | None:
    if not stages:
        return None
    stage = stages[0]
    amount, seconds, bidder = stage.slots.get("amount"), stage.slots.get("seconds"), stage.slots.get("bidder")
    return AuctionContext(
        auction_id=stage.subject,
        art_item_name=stage.title,
        current_price=amount.amount if isinstance(amount, Money) else None,
        time_remaining=seconds if isinstance(seconds, int) else (None if stage.is_open else 0),
        bid_count=stage.bid_count,
        highest_bidder=bidder if isinstance(bidder, str) else None,
    )
