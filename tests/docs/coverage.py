"""What becomes of every type of event, seen by playing events to a runtime's feed, and why a cell may be empty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

from agent_runtime.agents.regulars import Regulars
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.domain import Cue, Domain
from agent_runtime.core.phrases import FAMILIES
from agent_runtime.core.platform import Record
from agent_runtime.core.wire import Event
from agent_runtime.domains import DOMAINS, catalogue
from agent_runtime.domains.stream.showing import streams_after
from agent_runtime.feed import Feed
from agent_runtime.narration.pending import pending_cue
from agent_runtime.narration.wording import family_of
from agent_runtime.projection.projector import Projector, Step
from agent_runtime.store.records import TABLE_OF
from agent_runtime.store.tables import TABLES, event_logs
from tests.docs.reasons import FOLDED_NOWHERE, NEVER_NARRATED
from tests.docs.scenarios import Scenario, scenarios

Row = tuple[str, ...]
_STREAM = "which stream shows a lot"
_OUTCOME_KNOWN_S = 1.0  # an end waits half a second for its winner


@dataclass
class Seen:
    """What was seen of one type: the models it is read as, what it changed, the families it gave, the tables."""

    models: dict[str, None] = field(default_factory=dict)
    folded: dict[str, None] = field(default_factory=dict)
    families: dict[str, None] = field(default_factory=dict)
    tables: dict[str, None] = field(default_factory=dict)


class Watch:
    """A runtime's feed with everything around it in memory, which notes what each type does; it hosts everything."""

    def __init__(self, seen: Mapping[str, Seen]) -> None:
        self._seen = seen
        self._of = Seen()
        self._streams: Mapping[str, str] = {}
        self._regulars = Regulars()
        self._clock = ManualClock()
        watched = [self._watched(each) if isinstance(each, Domain) else each for each in DOMAINS]
        self._projector = Projector(watched, keep=self._kept, overhear=self._overheard)
        numbers = count(1)
        self._feed = Feed(
            self._projector, self, [self], Broadcast(keep=1), self._clock, new_id=lambda: f"dead-{next(numbers)}"
        )

    def play(self, scenario: Scenario) -> None:
        """Take in each event at its moment. Raises ValueError for one that the feed does not accept."""
        for envelope in scenario:
            self._of = self._seen[envelope.type]
            self._clock.move_to(envelope.timestamp / 1000)
            verdict = self._feed.hear(self._feed.channel_of(envelope.type), envelope.as_json())
            if verdict != "accepted":
                raise ValueError(f"{envelope.id} ({envelope.type}) is {verdict}")

    def note(self, _event: LoggedEvent) -> None:
        self._of.tables[event_logs.name] = None

    async def keep(self, events: list[LoggedEvent]) -> None: ...

    def hosts(self, _subject: str, _campaign: str | None) -> bool:
        return True

    def witness(self, step: Step, _cause: str, now: float) -> None:
        for cue in self._regulars.greeted(step.appraisal.cues):
            self._of.families.update(dict.fromkeys(self._told_as(cue, now)))

    def _told_as(self, cue: Cue, now: float) -> Iterable[str]:
        """The families it may be told in: by itself, and together with others of its kind."""
        stage = self._projector.stage(cue.subject, now + _OUTCOME_KNOWN_S)
        if stage is not None:
            yield from (family_of(pending_cue(replace(cue, count=many), now), stage) for many in (cue.count, 2))

    def _watched(self, domain: Domain[Any, Any]) -> Domain[Any, Any]:
        def parse(envelope: Any) -> Any:
            event = domain.parse(envelope)
            self._of.models[type(event).__name__] = None
            return event

        def project(before: Any, event: Any, now: float) -> Any:
            after = domain.project(before, event, now)
            if before is not None and after != before:
                self._of.folded[domain.stage(after, now).kind] = None
            return after

        return replace(domain, parse=parse, project=project)

    def _overheard(self, event: Event) -> None:
        self._of.models[type(event).__name__] = None
        streams = streams_after(self._streams, event)
        if streams != self._streams:
            self._of.folded[_STREAM] = None
        self._streams = streams

    def _kept(self, records: Iterable[Record]) -> None:
        self._of.tables.update(dict.fromkeys(TABLE_OF[type(record)].name for record in records))


@cache
def seen() -> Mapping[str, Seen]:
    """What was seen of each type of the catalogue in all scenarios together."""
    found = {entry.kind: Seen() for entry in catalogue()}
    for scenario in scenarios():
        Watch(found).play(scenario)
    return found


def rows() -> list[Row]:
    """One row a type."""
    head: Row = ("type", "read as", "changes", "may be told as", "kept in")
    return [head, *(_row(kind, each) for kind, each in seen().items())]


def _row(kind: str, each: Seen) -> Row:
    return (
        f"`{kind}`",
        ", ".join(f"`{model}`" for model in sorted(each.models)),
        ", ".join(sorted(each.folded)) or f"nothing: {FOLDED_NOWHERE[kind]}",
        _listed(each.families, FAMILIES) or f"no: {NEVER_NARRATED[kind]}",
        _listed(each.tables, [table.name for table in TABLES]),
    )


def _listed(names: Iterable[str], in_order_of: Iterable[str]) -> str:
    found = set(names)
    return ", ".join(f"`{name}`" for name in in_order_of if name in found)
