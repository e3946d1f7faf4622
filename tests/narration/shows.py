"""A show for tests: projector and narrator on a clock moved by hand, so that every second of it is exact."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from agent_runtime.core.character import Character
from agent_runtime.core.domain import Rank, Stage
from agent_runtime.core.events import Envelope
from agent_runtime.core.line import Line, Prepared
from agent_runtime.core.presence import Mood
from agent_runtime.domains import DOMAINS
from agent_runtime.narration.narrator import Narrator
from agent_runtime.narration.phrasebook import PhraseBook
from agent_runtime.narration.rules import Pacing
from agent_runtime.projection.projector import Projector
from tests.domains.streams import EPOCH

HOST = Character(name="Otto", hosts={"auctions": "*"})
UNPACED = Pacing(is_paced=False)


@dataclass
class Show:
    """Plays envelopes in the order given, each at its own moment; `lines` holds what was said, in order."""

    pacing: Pacing = field(default_factory=Pacing)
    character: Character = HOST
    seed: str = "0"
    lines: list[Line] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.projector = Projector(DOMAINS)
        book = PhraseBook(self.character, self.seed)
        self.narrator = Narrator("otto", book, self.pacing, self.projector.stage, lambda: Mood.NEUTRAL)

    def play(self, *envelopes: Envelope, at: float | None = None) -> "Show":
        """Let time pass to each envelope's moment (or to `at`) and take it in."""
        for _ in self.played(envelopes, at):
            pass
        return self

    def played(self, envelopes: Iterable[Envelope], at: float | None = None) -> Iterator[Envelope | Line]:
        """The same, yielding every event when it is taken in and every line when it is said."""
        for envelope in envelopes:
            moment = max(self.now, round(envelope.timestamp / 1000 - EPOCH, 3) if at is None else at)
            yield from self._said_until(moment)
            self.now = moment
            step = self.projector.apply(envelope, moment)
            yield envelope
            assert step is not None
            self.narrator.notice(step.appraisal.cues, step.stage, moment)
            yield from self._said_now()

    def wait(self, until: float = float("inf")) -> "Show":
        """Let time pass; without an end, until nothing waits to be said."""
        for _ in self._said_until(until):
            pass
        if until < float("inf"):
            self.now = max(self.now, until)
            for _ in self._said_now():
                pass
        return self

    def offer(self, prepared: Prepared) -> bool:
        """Hand in words that are ready; what is due is said."""
        is_taken = self.narrator.offer(prepared, self.now)
        for _ in self._said_now():
            pass
        return is_taken

    def stage(self, lot: str) -> Stage:
        stage = self.projector.stage(lot, self.now)
        assert stage is not None
        return stage

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    @property
    def families(self) -> list[str]:
        return [line.family for line in self.lines]

    def _said_until(self, moment: float) -> Iterator[Line]:
        while (wake := self.narrator.wake_at()) is not None and wake < moment:
            self.now = max(self.now, wake)
            yield from self._said_now()

    def _said_now(self) -> Iterator[Line]:
        while (line := self.narrator.speak(self.now)) is not None:
            self.lines.append(line)
            yield line


def answer(
    text: str,
    *,
    subject: str = "",
    weight: float = 1.0,
    is_true: Callable[[], bool] = lambda: True,
    dropped: Callable[[], None] = lambda: None,
) -> Prepared:
    """An answer to somebody in the audience."""
    return Prepared("answer", Rank.QUESTION, text, f"asked-{text}", subject, weight, "i-1", "the_ada", is_true, dropped)


def colour(text: str, *, subject: str = "", dropped: Callable[[], None] = lambda: None) -> Prepared:
    """A line of colour."""
    return Prepared("colour", Rank.COLOUR, text, "", subject, dropped=dropped)


def order(text: str) -> Prepared:
    """What an operator wants said now."""
    return Prepared("say", Rank.CRITICAL, text, "")
