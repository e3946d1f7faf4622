"""What one watcher of the live events is sent: a snapshot, then everything it wants to see, numbered."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from agent_runtime.agents.agent import Agent
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.events import Envelope
from agent_runtime.domains import catalogue
from agent_runtime.web.agents import snapshot
from agent_runtime.web.errors import Problem
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sse import ServerEvent

_TYPES = frozenset(entry.kind for entry in catalogue())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a watcher wants to see: these types of events, of these agents. None is all of them.

    An event that names no agent concerns every one.
    """

    types: frozenset[str] | None = None
    agents: frozenset[str] | None = None

    def has(self, envelope: Envelope) -> bool:
        """Whether this event is wanted."""
        if self.types is not None and envelope.type not in self.types:
            return False
        agent = envelope.data.get("agentId")
        return self.agents is None or not isinstance(agent, str) or agent in self.agents


@dataclass
class Watch:
    """One watcher of `stream`, whose numbers count within `epoch`; `running` are the agents of its snapshots.

    What it wants may change while it watches. `seen` is the number of the newest event it is past.
    """

    stream: Broadcast[Envelope]
    epoch: str
    running: Callable[[], tuple[Agent, ...]]
    seen: int = 0
    wanted: Wanted = Wanted()

    @classmethod
    def of(cls, request: web.Request) -> "Watch":
        """What a request asks for, from where it left off. Raises Problem."""
        services, query = request.app[SERVICES], request.query
        watch = cls(services.stream, services.stream_epoch, lambda: services.company.running)
        watch.want(_names(query.get("types")), _names(query.get("agents")))
        watch.go_on_behind(request.headers.get("Last-Event-ID") or query.get("last_event_id", ""))
        return watch

    def want(self, types: Iterable[str] | None, agents: Iterable[str] | None) -> None:
        """See only these from now on. Raises Problem where there is no such name: it would show nothing, for ever."""
        running = frozenset(agent.id for agent in self.running())
        self.wanted = Wanted(_known("types", types, _TYPES), _known("agents", agents, running))

    def go_on_behind(self, left: str) -> None:
        """Go on behind the event of this id, or as far back as events are held; with now, if it is of another run."""
        epoch, _, number = left.rpartition("-")
        is_ours = epoch == self.epoch and number.isascii() and number.isdigit() and len(number) <= 18
        is_past = is_ours and int(number) <= self.stream.last
        self.seen = max(int(number), self.stream.first - 1) if is_past else self.stream.last

    @property
    def id(self) -> str:
        """Where it is: given back as the last event id, it goes on behind that."""
        return f"{self.epoch}-{self.seen}"

    def snapshot(self) -> ServerEvent:
        """How the agents that it watches stand now."""
        ids = self.wanted.agents
        agents = tuple(agent for agent in self.running() if ids is None or agent.id in ids)
        return ServerEvent("snapshot", snapshot(agents), self.id)

    async def events(self) -> AsyncGenerator[ServerEvent]:
        """A snapshot and the events, until the runtime stops. One who falls too far behind gets a snapshot anew."""
        yield self.snapshot()
        async with aclosing(self.stream.follow(self.seen)) as numbered:
            async for number, envelope in numbered:
                if number > self.seen + 1:
                    self.seen = number - 1
                    yield self.snapshot()
                self.seen = number
                if self.wanted.has(envelope):
                    yield ServerEvent(envelope.type, envelope.as_json(), self.id)


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name for name in text.split(",") if name]


def _known(field: str, given: Iterable[str] | None, known: frozenset[str]) -> frozenset[str] | None:
    if given is None:
        return None
    names = frozenset(given)
    if unknown := sorted(names - known):
        raise Problem(422, "invalid_query", f"{field}: there is no {unknown[0]!r}")
    if not names:
        raise Problem(422, "invalid_query", f"{field}: name at least one, or leave it out")
    return names
