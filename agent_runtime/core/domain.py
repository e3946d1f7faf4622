"""What a kind of live event is to the runtime: a handful of pure functions and the values they speak in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

from agent_runtime.core.events import Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.core.money import Money
from agent_runtime.core.platform import Record
from agent_runtime.core.wire import Event, read


class Rank(IntEnum):
    """The class of something worth saying; a smaller number goes first (the narration classes C0 to C5)."""

    CRITICAL = 0
    HIGH = 1
    MEDIUM = 2
    LOW = 3
    QUESTION = 4
    COLOUR = 5


Slot = Money | str | int


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that may be said about a subject. `family` names the phrases; `cause` is the event's id.

    `jump` is J in the score, 0 to 1; `count` how many bids it stands for. `slots` are facts of its own that go
    before those of the subject's stage (the bidder of a refused bid); `who` is the user id of whom it is about,
    so that a host can tell a stranger from a regular.
    """

    family: str
    rank: Rank
    subject: str
    cause: str
    jump: float = 0.0
    milestone: Money | None = None
    count: int = 0
    slots: Mapping[str, Slot] = field(default_factory=dict)
    who: str = ""


@dataclass(frozen=True, slots=True)
class Feeling:
    """An appraisal of one event: an emotion of the mood table and how strongly it is felt, 0 to 1."""

    emotion: str
    intensity: float


@dataclass(frozen=True, slots=True)
class Tension:
    """What makes a room hold its breath: `pace` in bids a minute, `rivalry` 0 to 1, `urgency` 0 to 1."""

    pace: float = 0.0
    rivalry: float = 0.0
    urgency: float = 0.0

    @property
    def race(self) -> float:
        """R·Q: two rivals and little time."""
        return self.rivalry * self.urgency


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What an event means to a character: what it feels and what it may say, in the order they apply."""

    feelings: tuple[Feeling, ...] = ()
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A subject as a character may know and show it: never a reserve, never a bidder's maximum.

    `slots` are the facts phrases may name ({lot} {title} {amount} {next} {bidder} {loser} {count} {seconds});
    a fact that is not known is absent. `as_of` is the id of the newest bid known. `settles_at` is set for the
    moment in which facts do not yet belong together (a new leader, still the old price): nothing about them
    is said before it. `outcome` names the family of phrases that tells how it ended. `kind` is "lot", or
    "campaign" for what lots belong to: only lots have bids. Moments are seconds on the runtime's monotonic clock.
    """

    subject: str
    title: str
    is_open: bool
    is_last_call: bool
    slots: Mapping[str, Slot]
    as_of: str | None = None
    settles_at: float | None = None
    ends_at: float | None = None
    bid_count: int = 0
    tension: Tension = field(default_factory=Tension)
    outcome: str | None = None
    campaign: str | None = None
    kind: str = "lot"


@dataclass(frozen=True, slots=True)
class Hurry:
    """Types of events that do not wait for their turn when more is heard than can be taken in at once.

    `first` tell how a subject ended, and go before what waits of it; of `newest` the latest are taken in first: what
    they overtake is older news of the same. The subject stands in the first of the fields `named_by` of their data.
    """

    first: frozenset[str] = frozenset()
    newest: frozenset[str] = frozenset()
    named_by: tuple[str, ...] = ()


E = TypeVar("E")
S = TypeVar("S")


@dataclass(frozen=True)
class Domain(Generic[E, S]):
    """A kind of live event as data: a frozen value of pure functions.

    types     the model of each type of event
    parse     envelope -> the domain's own event, None when it is about nothing that is held; raises BadEvent
    subject   which thing the event is about
    settle    (state, moment) -> state; what time alone decides
    project   (state or None, event, moment of receipt) -> state
    appraise  (state before, event, state after) -> what it means
    stage     (state, moment) -> what may be known of it
    records   (event, state after) -> what should last of it
    found     what the engine's keys say -> the domain's own event for it, None where it has none; the second
              argument is the moment of reading (epoch seconds)
    hurry     what goes before other events of the same subject in a storm
    """

    name: str
    channel: str
    types: Mapping[str, type[Event]]
    parse: Callable[[Envelope], E | None]
    subject: Callable[[E], str]
    settle: Callable[[S, float], S]
    project: Callable[[S | None, E, float], S]
    appraise: Callable[[S | None, E, S], Appraisal]
    stage: Callable[[S, float], Stage]
    records: Callable[[E, S], tuple[Record, ...]]
    found: Callable[[LotSnapshot, float], E | None] = lambda _snapshot, _now: None
    hurry: Hurry = Hurry()


@dataclass(frozen=True)
class Hearing:
    """A kind of live event that is understood, logged and shown, and of which nothing is told yet."""

    name: str
    channel: str
    types: Mapping[str, type[Event]]

    def parse(self, envelope: Envelope) -> Event:
        """The typed event in an envelope of one of `types`. Raises BadEvent(bad_data)."""
        return read(self.types[envelope.type], envelope)
