"""Live events become state: each is parsed, folded into its subject, and appraised."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from agent_runtime.core.domain import Appraisal, Domain, Hearing, Stage
from agent_runtime.core.events import Envelope
from agent_runtime.core.platform import Record

SUBJECTS_KEPT = 1000
_ELDEST = 8  # how many of the eldest are looked at for a closed one to drop


@dataclass(frozen=True, slots=True)
class Step:
    """One event taken in: what it means, and the subject as it stands after it."""

    appraisal: Appraisal
    stage: Stage


class Projector:
    """Holds the newest state of each subject; the least recently touched give way beyond `limit`, closed ones first.

    `keep` is handed what should last of each event; without it nothing does (a rehearsal).
    """

    def __init__(
        self,
        domains: Sequence[Domain[Any, Any] | Hearing],
        limit: int = SUBJECTS_KEPT,
        keep: Callable[[Iterable[Record]], None] | None = None,
    ) -> None:
        self._domain_of = {kind: domain for domain in domains for kind in domain.types}
        self._states: OrderedDict[str, tuple[Domain[Any, Any], Any]] = OrderedDict()
        self._limit = limit
        self._keep = keep
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
        if event is None or isinstance(domain, Hearing):
            return None
        subject = domain.subject(event)
        held = self._states.get(subject)
        before = domain.settle(held[1], now) if held is not None else None
        after = domain.project(before, event, now)
        self._states[subject] = (domain, after)
        self._states.move_to_end(subject)
        self._make_room(now)
        if self._keep is not None:
            self._keep(domain.records(event, after))
        return Step(domain.appraise(before, event, after), domain.stage(after, now))

    def stage(self, subject: str, now: float) -> Stage | None:
        """The subject as it stands now, or None when it is not held."""
        held = self._states.get(subject)
        return held[0].stage(held[1], now) if held is not None else None

    def stages(self, now: float) -> list[Stage]:
        """Every subject held, the most recently touched first."""
        return [domain.stage(state, now) for domain, state in reversed(self._states.values())]

    def _make_room(self, now: float) -> None:
        if len(self._states) <= self._limit:
            return
        eldest = list(islice(self._states.items(), _ELDEST))
        subject = next(
            (key for key, (domain, state) in eldest if not domain.stage(state, now).is_open),
            eldest[0][0],
        )
        del self._states[subject]
        self.evictions += 1
