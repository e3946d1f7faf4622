"""Agents, running here or elsewhere: what they say, feel and show, and what is asked of them."""

from agent_runtime.core.domain import Hearing
from agent_runtime.core.wire import by_type
from agent_runtime.domains.agent.events import (
    AgentAddressed,
    AgentSpoke,
    AssetRequested,
    MemoryUpdated,
    MoodChanged,
    SceneChanged,
)

AGENT = Hearing(
    name="agent",
    channel="events:agent",
    types=by_type(AgentSpoke, MoodChanged, SceneChanged, AgentAddressed, AssetRequested, MemoryUpdated),
)
