"""Lets others know what an agent is like now: its keys are kept fresh, changes of mood and scene are published."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from agent_runtime.agents.agent import Agent
from agent_runtime.core import outgoing
from agent_runtime.core.clock import Clock
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.core.ports import LiveState, Publisher
from agent_runtime.core.presence import AgentScene, Mood

_CONTEXT_EVERY_S = 0.05  # what changes in between goes out together, well within the promised 100 ms
_REFRESH_S = 3600.0  # keys expire after a day; an idle agent is still there
_RETRY_S = 1.0


@dataclass
class Herald:
    """One agent's herald. Mood and scene go out at once, the context at most twenty times a second."""

    agent: Agent
    live: LiveState
    publisher: Publisher
    clock: Clock
    new_id: Callable[[], str]
    shown: Callable[[Envelope], None]
    is_healthy: bool = True
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _mood: Mood | None = None
    _scene: AgentScene | None = None

    def __post_init__(self) -> None:
        self.agent.changed = self._news.set

    async def run(self) -> None:
        """Announce changes for ever; while Redis is away nothing is lost, only late."""
        await self._announce_all()
        while True:
            await self._wait()
            try:
                await self._announce()
                self.is_healthy = True
            except Unavailable:
                self.is_healthy = False
                self._news.set()
                await asyncio.sleep(_RETRY_S)
            else:
                await asyncio.sleep(_CONTEXT_EVERY_S)

    async def farewell(self) -> None:
        """The last word on stopping: inactive, with the mood as it is."""
        try:
            await self.live.put_agent(self.agent.state())
            await self.live.put_affect(self.agent.id, self.agent.heart.dump())
        except Unavailable:
            self.is_healthy = False

    async def _wait(self) -> None:
        now = self.clock.time()
        moments = [now + _REFRESH_S]
        change = self.agent.heart.next_change(now)
        if change is not None:
            moments.append(change)
        silence = self._silence_at()
        if silence is not None:
            moments.append(now + max(0.0, silence - self.clock.monotonic()))
        try:
            async with asyncio.timeout(max(0.0, min(moments) - now)):
                await self._news.wait()
        except TimeoutError:
            self._wonder()
        self._news.clear()

    def _silence_at(self) -> float | None:
        """When an open lot will have been silent for so long that the agent wonders, and says so."""
        if self.agent.lot_in_hand() is None:
            return None
        at = self.agent.silence.wonder_at(self.agent.character.initiative)
        return at if at < float("inf") else None

    def _wonder(self) -> None:
        silence, now = self._silence_at(), self.clock.monotonic()
        if silence is not None and now >= silence:
            self.agent.wonder(now)

    async def _announce_all(self) -> None:
        try:
            await self.live.put_agent(self.agent.state())
            await self._announce()
        except Unavailable:
            self.is_healthy = False
            self._news.set()

    async def _announce(self) -> None:
        now = self.clock.time()
        self.agent.heart.fade(now)
        await self._announce_mood(now)
        await self._announce_scene(now)
        await self.live.put_agent(self.agent.state())
        await self.live.put_context(self.agent.context())
        await self.live.put_affect(self.agent.id, self.agent.heart.dump())

    async def _announce_mood(self, now: float) -> None:
        mood = self.agent.heart.mood(now)
        await self.live.put_mood(mood)
        if self._mood not in (None, mood.current_mood):
            trigger = self.agent.last_trigger or "time"
            await self._publish(outgoing.mood_changed(mood, trigger=trigger, event_id=self.new_id(), now=now))
        self._mood = mood.current_mood

    async def _announce_scene(self, now: float) -> None:
        scene = self.agent.scene()
        await self.live.put_scene(scene)
        if self._scene not in (None, scene):
            await self._publish(outgoing.scene_changed(scene, event_id=self.new_id(), now=now))
        self._scene = scene

    async def _publish(self, envelope: Envelope) -> None:
        await self.publisher.publish(outgoing.CHANNEL, envelope.as_json())
        self.shown(envelope)
