"""A character that is alive: it witnesses what it hosts, feels it, tells it, and knows how things stand."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from agent_runtime.agents.initiative import Silence
from agent_runtime.agents.parts import Heart, Step, Voice
from agent_runtime.agents.regulars import Regulars
from agent_runtime.agents.standing_lot import auction_context
from agent_runtime.agents.subjects import Subjects
from agent_runtime.agents.told import Told
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock
from agent_runtime.core.conversation import Utterance
from agent_runtime.core.domain import Cue, Feeling, Rank, Stage, Tension
from agent_runtime.core.line import Prepared
from agent_runtime.core.presence import (
    AgentContext,
    AgentScene,
    AgentState,
    ConversationContext,
    RecentMessage,
)
from agent_runtime.core.prompt import Circumstances
from agent_runtime.core.scenery import lot_stage
from agent_runtime.core.text import plain

RECENT_KEPT = 20
LONGEST_SAID = 500
_CURIOUS = (Feeling("curiosity", 0.5),)
_CUT_OFF = (Feeling("distress", 0.3),)
Status = Literal["INITIALIZING", "ACTIVE", "PAUSED", "INACTIVE"]


@dataclass
class Agent:
    """One living character. `changed` is called whenever what others may read of it could have changed.

    `session_id` is the session it narrates into, empty for a character that is only talked to. `nudge` wakes
    its speaker. Muted or paused it says nothing, and goes on feeling and knowing. `memory_keys` are ids of what it
    remembers, `stream_of` knows the stream it appears on, given the lot in hand.
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
    stream_of: Callable[[str | None], str | None] = lambda _lot: None
    memory_keys: tuple[str, ...] = ()
    regulars: Regulars = field(default_factory=Regulars)
    silence: Silence = field(default_factory=Silence)
    _told: Told = field(default_factory=Told)
    _is_cut_off: bool = False
    _said_cut_off: bool = False
    _subjects: Subjects = field(default_factory=Subjects)
    _recent: deque[RecentMessage] = field(default_factory=lambda: deque(maxlen=RECENT_KEPT))

    @property
    def id(self) -> str:
        """Its slug: the name it has for other services."""
        return self.character.slug

    @property
    def may_speak(self) -> bool:
        """Whether a line of its would be said."""
        return self.status == "ACTIVE" and not self.is_muted

    def hosts(self, subject: str, campaign: str | None) -> bool:
        """Whether this live event is one of its own."""
        return self.character.hosts.includes(subject, campaign)

    def witness(self, step: Step, cause: str, now: float) -> None:
        """Take in an event it hosts, received at `now` (monotonic)."""
        is_new = self._subjects.touch(step.stage)
        if is_new or step.appraisal.cues:
            self.silence.end(now)
        if step.appraisal.feelings:
            self.feel(step.appraisal.feelings, trigger=cause)
        self._tell(self.regulars.greeted(step.appraisal.cues), step.stage, now)
        self.changed()

    def feel(self, feelings: tuple[Feeling, ...], trigger: str) -> None:
        """Feel something about `trigger` (an event or message id)."""
        if self.heart.feel(feelings, self.clock.time(), trigger):
            self.last_trigger = trigger
        self.changed()

    def wonder(self, now: float) -> None:
        """Nothing has happened for long: grow curious, once a silence, and speak up about the lot in hand."""
        if not self.silence.wondered:
            self.feel(_CURIOUS, trigger="silence")
        self.silence.wonder(now)
        lot = self.lot_in_hand()
        if lot is not None and self.character.initiative.max_unanswered:
            self._tell((Cue("lull", Rank.COLOUR, lot.subject, ""),), lot, now)

    def add_colour(self, colour: Cue | Prepared, now: float) -> bool:
        """Say it of the lot in hand when nothing presses; False when there is no place for it."""
        if self.voice is None or not self.may_speak:
            return False
        self.silence.colour(now)
        if isinstance(colour, Prepared):
            is_taken = self.voice.offer(colour, now)
            self.nudge()
            return is_taken
        self._tell((colour,), self.stage_of(colour.subject, now), now)
        return True

    def say(self, text: str, cause: str = "") -> bool:
        """Say these words now, whatever is being said; False when it may not speak or they are empty."""
        words = plain(text, LONGEST_SAID)
        if not words or self.voice is None or not self.may_speak:
            return False
        is_taken = self.voice.offer(Prepared("say", Rank.CRITICAL, words, cause), self.clock.monotonic())
        self.nudge()
        return is_taken

    def begin(self) -> None:
        """It is there: from now on it may speak, unless it was paused already."""
        if self.status == "INITIALIZING":
            self.status = "ACTIVE"
            self.changed()

    def keep_in_mind(self, memory_keys: tuple[str, ...]) -> None:
        """Ids of what it remembers, for its context."""
        if memory_keys != self.memory_keys:
            self.memory_keys = memory_keys
            self.changed()

    def mute(self) -> None:
        """Say nothing from now on; what waited is forgotten."""
        self._be_silent(is_muted=True, status=self.status)

    def unmute(self) -> None:
        """Speak again, unless it is paused; one line says where things stand."""
        self._be_silent(is_muted=False, status=self.status)

    def pause(self) -> None:
        """Say nothing and let others know that it pauses."""
        self._be_silent(is_muted=self.is_muted, status=self.status if self.status == "INACTIVE" else "PAUSED")

    def resume(self) -> None:
        """Go on, unless it is muted; one line says where things stand."""
        self._be_silent(is_muted=self.is_muted, status="ACTIVE" if self.status == "PAUSED" else self.status)

    def recast(self, character: Character) -> None:
        """Go on as another version of its character: words, clothes and temperament; what it feels stays."""
        self.character = character
        self._subjects.keep(self._is_its_own)  # another version may host something else
        self.heart.recast(character, self.clock.time())
        if self.voice is not None:
            self.voice.recast(character)
        self.changed()

    def feed_lost(self, now: float) -> None:
        """What it hosts cannot be heard any more: worry, and say so once."""
        if self._is_cut_off:
            return
        self._is_cut_off = True
        self.feel(_CUT_OFF, trigger="feed_lost")
        self._tell((Cue("feed_lost", Rank.CRITICAL, "", ""),), None, now)

    def feed_back(self, now: float, cue: Cue | None) -> None:
        """It can be heard again: one line, `cue` if there is one, else that it is back if it had said it was not."""
        was_told, self._is_cut_off, self._said_cut_off = self._said_cut_off, False, False
        if cue is not None:
            self._tell((cue,), self.stage_of(cue.subject, now), now)
        elif was_told:
            self._tell((Cue("feed_back", Rank.CRITICAL, "", ""),), None, now)

    def spoke_of(self, subject: str) -> bool:
        """Whether it has said anything of this subject, as far as its newest lines tell."""
        return self._told.spoke_of(subject)

    def told_outcome(self, subject: str) -> bool:
        """Whether it has said how this subject ended."""
        return self._told.told_outcome(subject)

    def has_said(self, message: Utterance) -> None:
        """Remember a public line of its own for its context, and what it told."""
        self._told.take(message)
        self._said_cut_off = self._said_cut_off or (self._is_cut_off and self._told.family(message) == "feed_lost")
        self._recent.append(RecentMessage(role="agent", content=message.content, timestamp=message.created_at))
        self.last_interaction = message.created_at
        self.changed()

    def hear(self, interaction: RecentMessage) -> None:
        """Remember what somebody in the audience said to it in public."""
        self._recent.append(interaction)
        self.last_interaction = interaction.timestamp
        self.changed()

    def stages(self) -> tuple[Stage, ...]:
        """The lots it hosts, the one in hand first: the open ones by latest touch, then the others."""
        return tuple(sorted(self._held("lot"), key=lambda each: not each.is_open))

    def lot_in_hand(self) -> Stage | None:
        """The lot it would speak of; None when none is open."""
        lots = self.stages()
        return lots[0] if lots and lots[0].is_open else None

    def quiet_s(self, now: float) -> float:
        """For how many seconds nothing has happened and it has said nothing unasked."""
        return self.silence.lasts_s(now)

    def campaign(self) -> Stage | None:
        """The campaign it hosts that was touched last; none that is over, or has not begun."""
        return next((each for each in self._held("campaign") if each.is_open or "day" in each.slots), None)

    def scene(self) -> AgentScene:
        """What it looks like now, with the lot in hand as it is."""
        self.heart.set_stage(lot_stage(next(iter(self.stages()), None)))
        return self.heart.scene(self.clock.time())

    def circumstances(self) -> Circumstances:
        """How things stand, for a prompt: the lots, then the campaign."""
        lots, campaign = self.stages(), self.campaign()
        tension = lots[0].tension if lots else Tension()
        return Circumstances(
            mood=self.heart.label,
            feeling=self.heart.phrase(tension, self.clock.time()),
            scene=self.scene(),
            stages=(*lots, campaign) if campaign is not None else lots,
            locale=self.locale,
        )

    def state(self) -> AgentState:
        """The contract's `agent:{id}`."""
        lot = self.lot_in_hand()
        lot_id = lot.subject if lot is not None else None
        return AgentState(
            id=self.id,
            character_id=self.character.slug,
            name=self.character.name,
            status=self.status,
            stream_id=self.stream_of(lot_id),
            auction_id=lot_id,
            last_interaction_time=self.last_interaction,
        )

    def context(self) -> AgentContext:
        """The contract's `agent:context:{id}`: the lot in hand and what was said in public, never a private chat."""
        return AgentContext(
            agent_id=self.id,
            auction_context=auction_context(self.stages()),
            conversation_context=ConversationContext(recent_messages=tuple(self._recent)),
            memory_keys=self.memory_keys,
        )

    def _tell(self, cues: tuple[Cue, ...], stage: Stage | None, now: float) -> None:
        if cues and self.voice is not None:
            self.voice.notice(cues, stage, now)
            self.nudge()

    def _be_silent(self, *, is_muted: bool, status: Status) -> None:
        was, will = self.is_muted or self.status == "PAUSED", is_muted or status == "PAUSED"
        self.is_muted, self.status = is_muted, status
        if self.voice is not None and was != will:
            if will:
                self.voice.mute()
            else:
                self.voice.unmute(self.clock.monotonic())
            self.nudge()
        self.changed()

    def _held(self, kind: str) -> list[Stage]:
        """The subjects of a kind, the latest touched first."""
        now = self.clock.monotonic()
        found = (self.stage_of(subject, now) for subject in self._subjects)
        return [stage for stage in found if stage is not None and stage.kind == kind]

    def _is_its_own(self, subject: str) -> bool:
        stage = self.stage_of(subject, self.clock.monotonic())
        return stage is not None and self.hosts(subject, stage.campaign)
