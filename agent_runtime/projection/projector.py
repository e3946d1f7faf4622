"""Live events become state: each is parsed, folded into its subject, and appraised."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from agent_runtime.core.domain import Appraisal, Domain, Hearing, Stage
from agent_runtime.core.events import BadEvent, Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.core.platform import Record
from agent_runtime.core.wire import Event

SUBJECTS_KEPT = 1000
_ELDEST = 8  # how many of the eldest are looked at for a closed one to drop
_LOT = "lot"


@dataclass(frozen=True, slots=True)
class Step:
    """One event taken in: what it means, and the subject as it stands after it."""

    appraisal: Appraisal
    stage: Stage


@dataclass(slots=True)
class _Held:
    """A subject: its state, and what it was last shown as, which holds for that moment (monotonic seconds)."""

    domain: Domain[Any, Any]
    state: Any
    stage: Stage
    at: float

    def stage_at(self, now: float) -> Stage:
        """As it stands now. Whoever speaks looks at everything that waits, line by line within one moment."""
        if now != self.at:
            self.stage, self.at = self.domain.stage(self.state, now), now
        return self.stage


def _nothing(_: object) -> None: ...


class Projector:
    """Holds the newest state of each subject; the least recently touched give way beyond `limit`, closed ones first.

    `keep` is handed what should last of each event; without it nothing does (a rehearsal). `overhear` is called with
    every typed event of the kinds that are only heard.
    """

    def __init__(
        self,
        domains: Sequence[Domain[Any, Any] | Hearing],
        limit: int = SUBJECTS_KEPT,
        keep: Callable[[Iterable[Record]], None] | None = None,
        overhear: Callable[[Event], None] = _nothing,
    ) -> None:
        self._domain_of = {kind: domain for domain in domains for kind in domain.types}
        self._finders = tuple(domain for domain in domains if isinstance(domain, Domain))
        self._states: OrderedDict[str, _Held] = OrderedDict()
        self._open: dict[str, str] = {}  # the kind of each subject that is open, so that nothing has to be searched
        self._limit = limit
        self._keep = keep or _nothing
        self._overhear = overhear
        self.evictions = 0

    def channel_of(self, kind: str) -> str | None:
        """The channel events of this type travel on; None for types no domain understands."""
        domain = self._domain_of.get(kind)
        return domain.channel if domain else None

    def apply(self, envelope: Envelope, now: float) -> Step | None:
        """Take in one event received at `now` (monotonic). None when it changes nothing held here. Raises BadEvent."""
        domain = self._domain_of.get(envelope.type)
        if domain is None:
            return None
        event = domain.parse(envelope)
        if event is None:
            return None
        if isinstance(domain, Hearing):
            self._overhear(event)
            return None
        before, after = self._folded(domain, event, now)
        return self._taken(domain, event, before, after, now)

    def recall(self, envelope: Envelope, now: float) -> Stage | None:
        """Take in an event of the past, received at `now` (monotonic): nothing is kept, overheard or meant by it.

        The subject as it stood after it; None when it changes nothing held here. Raises BadEvent.
        """
        domain = self._domain_of.get(envelope.type)
        event = domain.parse(envelope) if domain is not None and not isinstance(domain, Hearing) else None
        if event is None or not isinstance(domain, Domain):
            return None
        return self._held(domain, domain.subject(event), self._folded(domain, event, now)[1], now)

    def adopt(self, snapshot: LotSnapshot, wall_now: float, now: float) -> Step | None:
        """Take in what the engine's keys said at `wall_now` (epoch seconds). None when nothing new is in them."""
        for domain in self._finders:
            event = domain.found(snapshot, wall_now)
            if event is not None:
                return self.admit(domain, event, now)
        return None

    def admit(self, domain: Domain[Any, Any], event: Any, now: float) -> Step | None:
        """Take in an event of `domain` that came in no envelope. None when it changes nothing or cannot be."""
        try:
            before, after = self._folded(domain, event, now)
        except BadEvent:
            return None
        return None if after == before else self._taken(domain, event, before, after, now)

    def is_open(self, subject: str) -> bool:
        """Whether it goes on, as far as is known."""
        return subject in self._open

    def stage(self, subject: str, now: float) -> Stage | None:
        """The subject as it stands now, or None when it is not held."""
        held = self._states.get(subject)
        return held.stage_at(now) if held is not None else None

    def stages(self, now: float) -> list[Stage]:
        """Every subject held, the most recently touched first."""
        return [held.stage_at(now) for held in reversed(self._states.values())]

    def open_lots(self) -> tuple[str, ...]:
        """The lots that are open, those that have been open longest first."""
        return tuple(subject for subject, kind in self._open.items() if kind == _LOT)

    def _folded(self, domain: Domain[Any, Any], event: Any, now: float) -> tuple[Any, Any]:
        """The subject's state before and after the event. Raises BadEvent for the id of another kind of subject."""
        held = self._states.get(domain.subject(event))
        if held is not None and held.domain.name != domain.name:
            raise BadEvent("bad_data", f"this id is that of a subject of another kind: {held.domain.name}")
        before = domain.settle(held.state, now) if held is not None else None
        return before, domain.project(before, event, now)

    def _taken(self, domain: Domain[Any, Any], event: Any, before: Any, after: Any, now: float) -> Step:
        self._keep(domain.records(event, after))
        return Step(domain.appraise(before, event, after), self._held(domain, domain.subject(event), after, now))

    def _held(self, domain: Domain[Any, Any], subject: str, state: Any, now: float) -> Stage:
        """The stage of a state that is held from now on, as the one touched last."""
        stage = domain.stage(state, now)
        self._states[subject] = _Held(domain, state, stage, now)
        self._states.move_to_end(subject)
        if stage.is_open:
            self._open[subject] = stage.kind
        else:
            self._open.pop(subject, None)
        if len(self._states) > self._limit:
            self._make_room()
        return stage

    def _make_room(self) -> None:
        """Let one of the eldest go, a closed one if there is any."""
        eldest = list(islice(self._states, _ELDEST))
        subject = next((each for each in eldest if each not in self._open), eldest[0])
        del self._states[subject]
        self._open.pop(subject, None)
        self.evictions += 1
