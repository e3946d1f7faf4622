"""The roof of a rehearsal: the same feed, heart and narrator on a clock moved by hand; nothing outside is touched."""

from collections.abc import Iterator
from itertools import count

from agent_runtime.agents.agent import Agent
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Character, Hosts
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.events import BadEvent, Envelope, parse_envelope
from agent_runtime.core.line import Line
from agent_runtime.domains import DOMAINS
from agent_runtime.feed import Feed
from agent_runtime.narration.narrator import Narrator
from agent_runtime.narration.phrasebook import PhraseBook
from agent_runtime.narration.rules import Pacing
from agent_runtime.projection.heart import Heart
from agent_runtime.projection.projector import Projector


class _NoJournal:
    """Where a rehearsal keeps its event log: nowhere."""

    def note(self, event: LoggedEvent) -> None: ...

    async def keep(self, events: list[LoggedEvent]) -> None: ...


class Rehearsal:
    """Plays recorded events to one character. The same events, seed and speed give the same lines, byte for byte.

    `speed` is how many recorded seconds pass in one; the narrator lives in the faster time. With `pacing.is_paced`
    False, time is the recording's own and every line is said as soon as it is true. A character that hosts nothing
    is made the host of everything here.
    """

    def __init__(self, character: Character, pacing: Pacing, seed: str, *, speed: float = 1.0, locale: str) -> None:
        numbers = count(1)
        if not character.hosts.is_host:
            character = character.model_copy(update={"hosts": Hosts(auctions="*")})
        self.clock = ManualClock()
        self._speed = speed
        self._began: float | None = None
        projector = Projector(DOMAINS)
        heart = Heart(character.slug, character, 0.0)
        self._narrator = Narrator(
            character.slug,
            PhraseBook(character, seed),
            pacing,
            projector.stage,
            lambda: heart.label,
            locale,
        )
        self.agent = Agent(character, heart, self.clock, projector.stage, voice=self._narrator, locale=locale)
        self._feed = Feed(
            projector,
            _NoJournal(),
            [self.agent],
            Broadcast(keep=1),
            self.clock,
            new_id=lambda: f"rehearsal-{next(numbers)}",
        )

    def play(self, raw: bytes) -> Iterator[Line]:
        """Let time pass until the event, then take it in; yields the lines said on the way and because of it."""
        envelope = self._read(raw)
        if envelope is None:
            return
        moment = self._moment(envelope)
        yield from self._until(moment)
        self.clock.move_to(moment)
        channel = self._feed.channel_of(envelope.type)
        self._feed.take(channel, envelope)
        yield from self._spoken()

    def finish(self) -> Iterator[Line]:
        """Let time pass until nothing waits to be said."""
        yield from self._until(float("inf"))

    @property
    def counts(self) -> dict[str, int]:
        """What became of the events: accepted, duplicate, dead:REASON …"""
        return dict(self._feed.counts)

    @property
    def coalesced(self) -> int:
        """How many cues gave way to newer ones, unsaid: the line that was said stands for them."""
        return self._narrator.superseded

    def _read(self, raw: bytes) -> Envelope | None:
        try:
            return parse_envelope(raw, int(self.clock.time() * 1000))
        except BadEvent as bad:
            self._feed.counts[f"dead:{bad.reason}"] += 1
            return None

    def _moment(self, envelope: Envelope) -> float:
        recorded = envelope.timestamp / 1000
        if self._began is None:
            self._began = recorded
        return self._began + max(0.0, recorded - self._began) / self._speed

    def _until(self, moment: float) -> Iterator[Line]:
        while (wake := self._narrator.wake_at()) is not None and wake < moment:
            self.clock.move_to(wake)
            yield from self._spoken()

    def _spoken(self) -> Iterator[Line]:
        while (line := self._narrator.speak(self.clock.monotonic())) is not None:
            yield line
