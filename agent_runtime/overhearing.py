"""Events that change no lot and still concern an agent: what its audience says to it, and which stream shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

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
    _shown_on: dict[str, str] = field(default_factory=dict)

    def connect(self, audiences: Sequence[Audience], agents: Sequence[Agent]) -> None:
        """Who is there from now on."""
        self._audiences = {each.agent.id: each for each in audiences}
        self._agents = tuple(agents)
        for agent in agents:
            agent.stream_of = partial(self._stream_of, agent.id)

    def hear(self, event: Event) -> None:
        """Take in one event. Never waits."""
        match event:
            case AgentAddressed(agent_id=agent_id) if agent_id in self._audiences:
                self._audiences[agent_id].hear(event)
            case StreamStarted() | StreamEnded():
                self._streams = streams_after(self._streams, event)
                for agent in self._agents:
                    agent.changed()
            case _:
                return

    def _stream_of(self, agent_id: str, lot: str | None) -> str | None:
        """The stream that shows its lot, whichever was heard of first; between lots the same, until that ends."""
        stream = self._streams.get(lot) if lot is not None else None
        stream = stream or self._shown_on.get(agent_id)
        if stream is None or stream not in self._streams.values():
            self._shown_on.pop(agent_id, None)
            return None
        self._shown_on[agent_id] = stream
        return stream
