"""The roof of one agent: heart, narrator, speaker and herald of a character, built and connected."""

from collections.abc import Callable
from dataclasses import dataclass

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.asked import Frequency
from agent_runtime.agents.audience import Audience
from agent_runtime.agents.herald import Herald
from agent_runtime.agents.regulars import Regulars
from agent_runtime.config import Settings
from agent_runtime.config.settings import Narration
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import NewMessage
from agent_runtime.core.domain import Rank
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.core.line import Line
from agent_runtime.core.ports import ChatModel, LiveState, Publisher
from agent_runtime.llm.scripted import Scripted
from agent_runtime.memory.mind import Mind
from agent_runtime.narration.colourist import Colourist
from agent_runtime.narration.narrator import Narrator
from agent_runtime.narration.phrasebook import PhraseBook, phrases_of
from agent_runtime.narration.rules import Pacing
from agent_runtime.narration.speaker import Speaker
from agent_runtime.projection.heart import Heart
from agent_runtime.projection.projector import Projector
from agent_runtime.store.database import Database

_LINES_RECALLED = 2000  # as many as events are remembered: of none of them is it forgotten that it was told


@dataclass(frozen=True)
class Cast:
    """A running agent with those who speak and announce for it."""

    agent: Agent
    narrator: Narrator
    speaker: Speaker
    herald: Herald
    audience: Audience
    colourist: Colourist


@dataclass(frozen=True)
class Casting:
    """Brings characters to life."""

    settings: Settings
    database: Database
    live: LiveState
    publisher: Publisher
    projector: Projector
    stream: Broadcast[Envelope]
    clock: Clock
    new_id: Callable[[], str]
    heard: Callable[[Line], None]
    model: ChatModel
    mind: Mind

    async def guest(self, character: Character) -> Agent:
        """A character that is only talked to: it feels, and goes on feeling what it felt."""
        return Agent(
            character=character,
            heart=await self._heart(character),
            clock=self.clock,
            stage_of=self.projector.stage,
            locale=self.settings.locale,
        )

    async def host(self, character: Character) -> Cast:
        """An agent that runs: it narrates what it hosts into a session of its own."""
        agent = await self.guest(character)
        narrator = self._narrator(agent, character)
        now = utc(self.clock.time())
        session = await self.database.sessions.for_agent(agent.id, character.slug, self.new_id(), now)
        for message in await self.database.messages.recent(session.id, _LINES_RECALLED):
            if message.kind == "narration":
                agent.has_said(message)
        agent.regulars = Regulars(await self.database.chronicle.regulars())
        agent.session_id, agent.voice, agent.status = session.id, narrator, "INITIALIZING"
        speaker = Speaker(
            narrator=narrator,
            session_id=session.id,
            messages=self.database.messages,
            publisher=self.publisher,
            clock=self.clock,
            new_id=self.new_id,
            spoken=lambda line, message, envelope: self._spoken(agent, line, message, envelope),
        )
        agent.nudge = speaker.nudge
        herald = Herald(agent, self.live, self.publisher, self.clock, self.new_id, self.stream.send)
        frequency = Frequency(self.settings.audience.messages_per_minute)
        audience = Audience(agent, self.model, Scripted(phrases_of), self.mind, self.clock, frequency=frequency)
        return Cast(agent, narrator, speaker, herald, audience, Colourist(agent, self.model, self.clock))

    def _narrator(self, agent: Agent, character: Character) -> Narrator:
        narration = self.settings.narration
        return Narrator(
            agent.id,
            PhraseBook(character, str(narration.seed)),
            pacing_of(narration),
            self.projector.stage,
            lambda: agent.heart.label,
            self.settings.locale,
        )

    def _spoken(self, agent: Agent, line: Line, message: NewMessage, envelope: Envelope) -> None:
        agent.has_said(message)
        self.stream.send(envelope)
        self.heard(line)

    async def _heart(self, character: Character) -> Heart:
        try:
            kept = await self.live.read_affect(character.slug)
        except Unavailable:
            kept = None
        return Heart(character.slug, character, self.clock.time(), kept)


def pacing_of(narration: Narration, *, is_paced: bool = True) -> Pacing:
    """The figures of the narration's rules from the settings; speed N makes everything N times as fast."""
    speed = 1.0 if narration.speed == "max" else narration.speed
    return Pacing(
        is_paced=is_paced and narration.speed != "max",
        base={rank: getattr(narration.base, rank.name.lower()) for rank in Rank},
        valid_s={rank: getattr(narration.valid_s, rank.name.lower()) / speed for rank in Rank},
        words_per_s=narration.words_per_second * speed,
        bucket_words=narration.bucket_words,
        spoken_words_per_s=narration.speaking_words_per_second * speed,
        gap_s=narration.gap_s / speed,
        floor=narration.threshold_floor,
        span=narration.threshold_span,
        calm_s=narration.threshold_decay_s / speed,
        promise_s=narration.bid_deadline_s,
        short_after_s=narration.short_after_s / speed,
    )
