"""Events that change no lot and still concern an agent: what its audience says to it, and which stream shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.audience import Audience
from agent_runtime.core.wire import Event
from agent_runtime.domains.agent.events import AgentAddressed
from agent_runtime.domains.stream.events import StreamEnded, StreamStarted
from agent_runtime.domains.stream.showing import streams_after


@dataclass
class Overhearing:
    """Hands each on to whom it concerns, at once."""

    _audiences: dict[str, Audience] = field(default_factory=dict)
    _agents: tuple[Agent, ...] = ()
    _streams: Mapping[str, str] = field(default_factory=dict)

    def connect(self, audiences: Sequence[Audience], agents: Sequence[Agent]) -> None:
        """Who is there from now on."""
        self._audiences = {each.agent.id: each for each in audiences}
        self._agents = tuple(agents)

    def hear(self, event: Event) -> None:
        """Take in one event. Never waits."""
        match event:
            case AgentAddressed(agent_id=agent) if agent in self._audiences:
                self._audiences[agent].hear(event)
            case StreamStarted() | StreamEnded():
                self._show(event)
            case _:
                return

    def _show(self, event: StreamStarted | StreamEnded) -> None:
        """An agent appears on the stream that shows its lot, also between lots, until that stream ends."""
        self._streams = streams_after(self._streams, event)
        for agent in self._agents:
            agent.appear_on(self._stream_of(agent, event))

    def _stream_of(self, agent: Agent, event: StreamStarted | StreamEnded) -> str | None:
        lot = agent.lot_in_hand()
        if lot is not None and lot.subject in self._streams:
            return self._streams[lot.subject]
        is_over = isinstance(event, StreamEnded) and event.stream_id == agent.stream_id
        return None if is_over else agent.stream_id
