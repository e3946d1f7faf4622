"""The door for live events: each is read, deduplicated, logged, projected, and shown to the agents that host it."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic_core import to_json

from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.events import OUR_SOURCE, BadEvent, Envelope, parse_envelope, read_envelope
from agent_runtime.core.measures import WAITS_S, Histogram
from agent_runtime.core.text import plain
from agent_runtime.projection.projector import Projector, Step

SEEN_KEPT = 10_000
_RAW_KEPT = 500
Verdict = Literal["accepted", "duplicate", "dead", "ignored"]


class Host(Protocol):
    """Whoever may narrate what happens."""

    def hosts(self, subject: str, campaign: str | None) -> bool: ...

    def witness(self, step: Step, cause: str, now: float) -> None: ...


class Log(Protocol):
    """Where everything heard is kept (see projection/journal.py)."""

    def note(self, event: LoggedEvent) -> None: ...

    async def keep(self, events: list[LoggedEvent]) -> None: ...


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of posted events; the three add up to what was sent."""

    accepted: int
    duplicate: int
    dead: int


def _nobody_asks(_lot: str) -> None: ...


class Feed:
    """Takes events in, from Redis and over HTTP alike. One bad event is a counted dead letter and stops nothing.

    `want` is told of a lot that is spoken of and not open as far as is known: something about it was missed.
    `counts` tells what became of events: accepted, duplicate, unknown, echo, wrong_channel, dead:REASON; `types` how
    many were accepted of each type, `ages` how old they were.
    """

    def __init__(
        self,
        projector: Projector,
        journal: Log,
        hosts: Sequence[Host],
        stream: Broadcast[Envelope],
        clock: Clock,
        new_id: Callable[[], str],
        want: Callable[[str], None] = _nobody_asks,
    ) -> None:
        self._projector = projector
        self._journal = journal
        self._hosts = hosts
        self._stream = stream
        self._clock = clock
        self._new_id = new_id
        self._want = want
        self._seen: OrderedDict[str, None] = OrderedDict()
        self.counts: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.ages = Histogram(WAITS_S)

    def remember(self, event_ids: Iterable[str]) -> None:
        """Events answered before a restart: they will not be answered again."""
        for event_id in event_ids:
            self._is_new(event_id)

    def hear(self, channel: str, raw: bytes) -> Verdict:
        """Take in one message of a Redis channel. Never raises, never waits."""
        try:
            envelope = parse_envelope(raw, self._now_ms())
        except BadEvent as bad:
            return self._bury(self._unreadable(channel, raw, bad))
        if envelope.source == OUR_SOURCE:
            self.counts["echo"] += 1
            return "ignored"
        verdict, logged = self.take(channel, envelope)
        if verdict != "duplicate":
            self._journal.note(logged)
        return verdict

    async def post(self, bodies: Sequence[object]) -> Intake:
        """Take in decoded JSON values; returns when all that are new are in the event log. Raises Unavailable."""
        verdicts: Counter[Verdict] = Counter()
        rows: list[LoggedEvent] = []
        for body in bodies:
            verdict, logged = self._read_and_take(body)
            verdicts[verdict] += 1
            rows.append(logged)
        await self._journal.keep(rows)
        return Intake(verdicts["accepted"] + verdicts["ignored"], verdicts["duplicate"], verdicts["dead"])

    def _read_and_take(self, body: object) -> tuple[Verdict, LoggedEvent]:
        try:
            envelope = read_envelope(body, self._now_ms())
        except BadEvent as bad:
            logged = self._unreadable("http", to_json(body), bad)
            self.counts[f"dead:{bad.reason}"] += 1
            return "dead", logged
        return self.take(self.channel_of(envelope.type), envelope)

    def channel_of(self, kind: str) -> str:
        """The channel events of this type travel on; `http` for a type nobody understands."""
        return self._projector.channel_of(kind) or "http"

    def take(self, channel: str, envelope: Envelope) -> tuple[Verdict, LoggedEvent]:
        """Take in one envelope: what became of it, and its row for the event log, which is not written here."""
        logged = self._logged(channel, envelope)
        expected = self._projector.channel_of(envelope.type)
        if expected not in (None, channel):
            self.counts["wrong_channel"] += 1
            return "ignored", logged
        if not self._is_new(envelope.id):
            self.counts["duplicate"] += 1
            return "duplicate", logged
        if expected is None:
            self.counts["unknown"] += 1
            return "ignored", logged
        try:
            self._project(envelope)
        except BadEvent as bad:
            self.counts[f"dead:{bad.reason}"] += 1
            return "dead", logged.model_copy(update={"reason": f"{bad.reason}: {bad.detail}"})
        self.counts["accepted"] += 1
        self.types[envelope.type] += 1
        self.ages.observe(self._clock.time() - envelope.timestamp / 1000)
        self._stream.send(envelope)
        return "accepted", logged

    def _project(self, envelope: Envelope) -> None:
        now = self._clock.monotonic()
        step = self._projector.apply(envelope, now)
        if step is None:
            return
        if step.stage.kind == "lot" and not step.stage.is_open and not step.appraisal.cues:
            self._want(step.stage.subject)
        for host in self._hosts:
            if host.hosts(step.stage.subject, step.stage.campaign):
                host.witness(step, envelope.id, now)

    def _is_new(self, event_id: str) -> bool:
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        if len(self._seen) > SEEN_KEPT:
            self._seen.popitem(last=False)
        return True

    def _logged(self, channel: str, envelope: Envelope) -> LoggedEvent:
        return LoggedEvent(
            id=envelope.id,
            timestamp=utc(envelope.timestamp / 1000),
            type=envelope.type,
            source=envelope.source,
            channel=channel,
            data=envelope.data,
            received_at=utc(self._clock.time()),
        )

    def _unreadable(self, channel: str, raw: bytes, bad: BadEvent) -> LoggedEvent:
        return LoggedEvent(
            id=self._new_id(),
            timestamp=utc(self._clock.time()),
            type="",
            source="",
            channel=channel,
            data={"raw": plain(raw[: _RAW_KEPT * 4].decode("utf-8", "replace"), _RAW_KEPT)},
            reason=f"{bad.reason}: {bad.detail}",
            received_at=utc(self._clock.time()),
        )

    def _bury(self, logged: LoggedEvent) -> Verdict:
        self.counts["dead:" + (logged.reason or "").partition(":")[0]] += 1
        self._journal.note(logged)
        return "dead"

    def _now_ms(self) -> int:
        return int(self._clock.time() * 1000)
