"""What the HTTP door calls: handed in by the roof, so that no handler knows how anything is done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from agent_runtime.agents.company import Company
from agent_runtime.chat.conversations import Conversations
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.events import Envelope
from agent_runtime.core.ports import Events, Messages, Sessions


@dataclass(frozen=True, slots=True)
class Health:
    """How one part stands: `ok`, `degraded` or `down`, with its latency where it was measured."""

    status: str
    detail: str = ""
    latency_ms: float | None = None


@dataclass(frozen=True)
class Services:
    """Everything the handlers use. `post` takes decoded events and answers {accepted, duplicate, dead}; `hosts`
    are the Host headers that are ours.
    """

    company: Company
    conversations: Conversations
    sessions: Sessions
    messages: Messages
    events: Events
    stream: Broadcast[Envelope]
    stream_epoch: str
    post: Callable[[list[object]], Awaitable[Mapping[str, int]]]
    health: Callable[[], Awaitable[Mapping[str, Health]]]
    broken: Callable[[], list[dict[str, Any]]]
    max_chars: int
    hosts: Callable[[], frozenset[str]]
    new_id: Callable[[], str]
    is_draining: Callable[[], bool]


SERVICES = web.AppKey("services", Services)
