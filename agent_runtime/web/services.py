"""What the HTTP door calls: handed in by the roof, so that no handler knows how anything is done."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.company import Company
from agent_runtime.characters.importing import Importing
from agent_runtime.characters.library import Library
from agent_runtime.chat.continuing import Continuing
from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.errands import Errands
from agent_runtime.chat.starting import Starting
from agent_runtime.chat.talks import Talks
from agent_runtime.chat.tracing import Tracing
from agent_runtime.core.authoring import Export
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.domain import Stage
from agent_runtime.core.events import Envelope
from agent_runtime.core.memory import Memories
from agent_runtime.core.ports import CharacterFiles, Events, Messages, Sessions
from agent_runtime.core.records import Auctions, Bids
from agent_runtime.core.turns import Turns
from agent_runtime.web.access import Access
from agent_runtime.web.tally import HttpTally


@dataclass(frozen=True, slots=True)
class Health:
    """How one part stands: `ok`, `degraded` or `down`, with its latency where it was measured."""

    status: str
    detail: str = ""
    latency_ms: float | None = None


@dataclass(frozen=True)
class Lots:
    """What the runtime knows of lots.

    `stages` are the subjects in hand, the most recently touched first; `stage` is one of them. `titles` names the
    works of lots. `coalesced` tells for a lot, by agent id, how many cues were said together with others or gave way,
    `overtaken` how many of its messages its outcome went before in a storm.
    """

    stages: Callable[[], Sequence[Stage]]
    stage: Callable[[str], Stage | None]
    auctions: Auctions
    bids: Bids
    titles: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
    coalesced: Callable[[str], Mapping[str, int]]
    overtaken: Callable[[str], int]


@dataclass(frozen=True)
class Clients:
    """What clients of the OpenAI API need: they resend histories, and ask for titles.

    `session_headers` are those in which front ends name a conversation.
    """

    continuing: Continuing
    errands: Errands
    session_headers: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """What the door takes on: requests and turns of one key (0: no limit), connections and streams at once."""

    requests_per_minute: int = 600
    turns_per_minute: int = 60
    max_connections: int = 1024
    max_streams: int = 256


@dataclass(frozen=True)
class Services:
    """Everything the handlers use.

    `post` takes decoded events and answers {accepted, duplicate, dead}; `hosts` are the Host headers that are ours,
    None: any is; `origins` are other sites whose pages may ask.
    `improvise` words the answer of an agent to a prompt, and raises ModelFailed where it cannot. `exposition` is every
    figure in the format that a header `Accept` asks for, and its media type.
    """

    company: Company
    conversations: Conversations
    clients: Clients
    starting: Starting
    talks: Talks
    tracing: Tracing
    turns: Turns
    character_files: CharacterFiles
    library: Library
    importing: Importing
    export: Export
    sessions: Sessions
    messages: Messages
    events: Events
    stream: Broadcast[Envelope]
    stream_epoch: str
    post: Callable[[list[object]], Awaitable[Mapping[str, int]]]
    health: Callable[[], Awaitable[Mapping[str, Health]]]
    broken: Callable[[], list[dict[str, Any]]]
    max_chars: int
    hosts: Callable[[], frozenset[str] | None]
    new_id: Callable[[], str]
    is_draining: Callable[[], bool]
    memories: Memories
    lots: Lots
    improvise: Callable[[Agent, str], Awaitable[str]]
    exposition: Callable[[str], tuple[bytes, str]]
    tally: HttpTally = field(default_factory=HttpTally)
    clock: Clock = field(default_factory=SystemClock)
    access: Access = field(default_factory=Access)
    limits: Limits = Limits()
    origins: frozenset[str] = frozenset()


SERVICES = web.AppKey("services", Services)
