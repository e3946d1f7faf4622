"""The speaker: every line is kept, published and shown in that order, and a store that is away delays none."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import cast

import pytest

from agent_runtime.core.clock import SystemClock
from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.domain import Cue, Rank, Stage
from agent_runtime.core.errors import NotFound, Unavailable
from agent_runtime.core.events import Envelope, parse_envelope
from agent_runtime.core.line import Line, Prepared
from agent_runtime.core.ports import Messages
from agent_runtime.core.presence import Mood
from agent_runtime.narration.narrator import Narrator
from agent_runtime.narration.phrasebook import PhraseBook
from agent_runtime.narration.rules import Pacing
from agent_runtime.narration.speaker import Speaker
from tests.narration.shows import HOST
from tests.waiting import beside, until

SESSION = "session-1"


@dataclass
class MemoryMessages:
    """The part of the port a speaker uses: away, hanging or without the session, as told."""

    kept: dict[str, NewMessage] = field(default_factory=dict)
    interrupted: list[str] = field(default_factory=list)
    failure: Exception | None = None
    hangs: bool = False
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event | None = None

    async def append(self, message: NewMessage) -> Message:
        self.is_asked.set()
        if self.may_go_on is not None:
            await self.may_go_on.wait()
        if self.hangs:
            await asyncio.Event().wait()
        if self.failure is not None:
            raise self.failure
        self.kept.setdefault(message.id, message)
        return Message(**message.model_dump(), seq=len(self.kept))

    async def mark_interrupted(self, message_id: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.interrupted.append(message_id)


@dataclass
class ListPublisher:
    """A channel in a list."""

    sent: list[Envelope] = field(default_factory=list)
    is_away: bool = False

    async def publish(self, channel: str, payload: bytes) -> None:
        if self.is_away:
            raise Unavailable("Redis is down")
        assert channel == "events:agent"
        self.sent.append(parse_envelope(payload, 0))


@dataclass
class Stand:
    """A speaker with everything around it in memory; lots are open and untitled."""

    pacing: Pacing = field(default_factory=lambda: Pacing(is_paced=False))
    messages: MemoryMessages = field(default_factory=MemoryMessages)
    publisher: ListPublisher = field(default_factory=ListPublisher)
    spoken: list[tuple[Line, NewMessage, Envelope]] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers, clock = count(1), SystemClock()
        self.narrator = Narrator("otto", PhraseBook(HOST, "0"), self.pacing, self.stage, lambda: Mood.NEUTRAL)
        self.speaker = Speaker(
            narrator=self.narrator,
            session_id=SESSION,
            messages=cast(Messages, self.messages),
            publisher=self.publisher,
            clock=clock,
            new_id=lambda: f"id-{next(numbers)}",
            spoken=lambda *said: self.spoken.append(said),
        )

    def stage(self, subject: str, now: float) -> Stage:
        slots = {"title": subject, "lot": subject}
        return Stage(subject, subject, is_open=True, is_last_call=False, slots=slots, as_of="bid-7", outcome="passed")

    def hears(self, *cues: Cue) -> None:
        now = SystemClock().monotonic()
        for cue in cues:
            self.narrator.notice([cue], self.stage(cue.subject, now), now)
        self.speaker.nudge()

    @property
    def texts(self) -> Sequence[str]:
        return [line.text for line, _, _ in self.spoken]


def opening(lot: str) -> Cue:
    return Cue("open", Rank.HIGH, lot, f"start-{lot}")


def outcome(lot: str) -> Cue:
    return Cue("outcome", Rank.CRITICAL, lot, f"end-{lot}")


@pytest.fixture
def stand() -> Stand:
    return Stand()


async def test_a_line_is_kept_with_its_cause_then_published_then_shown(stand: Stand) -> None:
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("Salt Ledger"))
        await until(lambda: bool(stand.spoken))
    line, message, envelope = stand.spoken[0]
    assert stand.messages.kept == {message.id: message}
    assert (message.session_id, message.role, message.kind) == (SESSION, "assistant", "narration")
    assert (message.content, message.cause, message.as_of) == (line.text, ("start-Salt Ledger",), "bid-7")
    assert stand.publisher.sent == [envelope]
    assert envelope.type == "agent:message"
    assert (envelope.data["agentId"], envelope.data["messageId"]) == ("otto", message.id)
    assert envelope.data["content"] == line.text


async def test_a_store_that_is_away_delays_no_line_and_gets_it_when_it_is_back(stand: Stand) -> None:
    stand.messages.failure = Unavailable("the database is down")
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"), outcome("a"))
        await until(lambda: len(stand.publisher.sent) == 2)
        assert not stand.speaker.is_healthy
        stand.messages.failure = None
        await until(lambda: stand.speaker.is_healthy)
    assert [message.content for message in stand.messages.kept.values()] == stand.texts


async def test_a_store_that_hangs_delays_a_line_by_a_quarter_of_a_second_at_most(stand: Stand) -> None:
    stand.messages.hangs = True
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"))
        await until(lambda: bool(stand.publisher.sent))
        assert stand.messages.kept == {}
        assert not stand.speaker.is_healthy


async def test_a_session_that_was_deleted_silences_nobody(stand: Stand) -> None:
    stand.messages.failure = NotFound("session", SESSION)
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"))
        await until(lambda: bool(stand.publisher.sent))
    assert stand.speaker.homeless == 1
    assert stand.speaker.is_healthy


async def test_a_channel_that_is_away_is_counted_and_the_line_is_kept_and_shown(stand: Stand) -> None:
    stand.publisher.is_away = True
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"))
        await until(lambda: bool(stand.spoken))
    assert stand.speaker.unpublished == 1
    assert len(stand.messages.kept) == 1


async def test_the_line_that_was_cut_is_marked_and_the_one_that_cut_it_is_not() -> None:
    stand = Stand(pacing=Pacing())
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"))
        await until(lambda: len(stand.spoken) == 1)
        stand.hears(outcome("a"))
        await until(lambda: len(stand.spoken) == 2)
    assert stand.messages.interrupted == [stand.spoken[0][1].id]


async def test_a_line_that_was_cut_before_it_could_be_kept_is_kept_as_cut() -> None:
    stand = Stand(pacing=Pacing())
    stand.messages.failure = Unavailable("the database is down")
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"))
        await until(lambda: len(stand.spoken) == 1)
        stand.hears(outcome("a"))
        await until(lambda: len(stand.spoken) == 2)
        stand.messages.failure = None
        await until(lambda: stand.speaker.is_healthy)
    assert [message.interrupted for message in stand.messages.kept.values()] == [True, False]


async def test_a_line_that_is_not_due_is_said_when_it_is() -> None:
    stand = Stand(pacing=Pacing(promise_s=0.6, promise_margin_s=0.1, floor=1e9))
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"), Cue("lull", Rank.LOW, "a", "bid-1", count=1))
        await until(lambda: len(stand.spoken) == 2)
    first, second = (line for line, _, _ in stand.spoken)
    assert second.at >= first.at + 0.4


async def test_a_line_tells_why_it_was_said_and_an_answer_whom_it_answers(stand: Stand) -> None:
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("Salt Ledger"))
        await until(lambda: len(stand.spoken) == 1)
        answer = Prepared("answer", Rank.QUESTION, "It is.", "event-9", reply_to="interaction-9", handle="ox")
        assert stand.narrator.offer(answer, SystemClock().monotonic())
        stand.speaker.nudge()
        await until(lambda: len(stand.spoken) == 2)
    first, second = (message for _, message, _ in stand.spoken)
    assert first.explanation is not None
    assert (first.explanation["subject"], first.explanation["family"]) == ("Salt Ledger", "open")
    assert second.explanation is not None
    assert (second.explanation["class"], second.cause) == ("C4", ("event-9",))
    opened, answered = stand.publisher.sent
    assert not {"replyToId", "twitterHandle"} & set(opened.data)
    assert (answered.data["replyToId"], answered.data["twitterHandle"]) == ("interaction-9", "ox")


async def test_a_line_that_was_being_kept_when_it_was_muted_is_not_said_and_kept_as_cut(stand: Stand) -> None:
    stand.messages.may_go_on = asyncio.Event()
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"), opening("b"))
        await stand.messages.is_asked.wait()
        stand.narrator.mute()
        stand.narrator.unmute(SystemClock().monotonic())
        stand.messages.may_go_on.set()
        await until(lambda: len(stand.messages.interrupted) == 2)
        stand.hears(opening("c"))
        await until(lambda: len(stand.spoken) == 1)
    assert [envelope.data["content"] for envelope in stand.publisher.sent] == stand.texts
    assert "c" in stand.texts[0]
    assert set(stand.messages.interrupted) == set(list(stand.messages.kept)[:2])


async def test_a_line_that_could_not_be_kept_before_it_was_muted_is_kept_later_as_cut(stand: Stand) -> None:
    stand.messages.hangs = True
    async with beside(stand.speaker.run, stand.speaker.keep_unkept):
        stand.hears(opening("a"))
        await stand.messages.is_asked.wait()
        stand.narrator.mute()
        await until(lambda: not stand.speaker.is_healthy)
        stand.messages.hangs = False
        await until(lambda: stand.speaker.is_healthy)
    assert stand.publisher.sent == []
    assert [message.interrupted for message in stand.messages.kept.values()] == [True]
