"""The kinds of live events this runtime understands: one line each."""

from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from agent_runtime.core.domain import Domain, Hearing
from agent_runtime.core.wire import Event
from agent_runtime.domains.agent import AGENT
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.stream import STREAM
from agent_runtime.domains.system import SYSTEM
from agent_runtime.domains.user import USER

Kinds = tuple[Domain[Any, Any] | Hearing, ...]


def domains_in(zone: tzinfo) -> Kinds:
    """All of them, where an auction's day begins and ends by the calendar of `zone`."""
    return (AUCTION, campaigns_in(zone), STREAM, AGENT, USER, SYSTEM)


DOMAINS = domains_in(UTC)


class Entry(NamedTuple):
    """A type of event, the channel it travels on, and its model."""

    kind: str
    channel: str
    model: type[Event]


def catalogue() -> tuple[Entry, ...]:
    """Every type of event that is understood, newer engines' names for some of them included."""
    return tuple(Entry(kind, each.channel, model) for each in DOMAINS for kind, model in each.types.items())
