"""The six `agent:*` events, typed."""

from typing import Annotated, Literal

from pydantic import Field

from agent_runtime.core.presence import Mood
from agent_runtime.core.wire import Event, Identifier, Moment, Name, Number


class _Event(Event):
    agent_id: Identifier
    timestamp: Moment


class AgentSpoke(_Event):
    type: Literal["agent:message"]
    message_id: Identifier
    content: str
    reply_to_id: Identifier | None = None
    twitter_handle: Name = None


class MoodChanged(_Event):
    type: Literal["agent:mood"]
    mood: Mood
    intensity: Annotated[Number, Field(ge=0, le=100)]
    previous_mood: Mood | None = None
    trigger: str


class SceneChanged(_Event):
    type: Literal["agent:scene:update"]
    expression: str
    background: str | None = None
    props: tuple[str, ...] | None = None


class AgentAddressed(_Event):
    """Somebody in public says something to an agent."""

    type: Literal["agent:interaction"]
    interaction_id: Identifier
    user_id: Identifier | None = None
    twitter_handle: Name = None
    content: str
    kind: Literal["QUESTION", "COMMENT", "BID", "OTHER"]


class AssetRequested(_Event):
    type: Literal["agent:asset:request"]
    asset_id: Identifier
    asset_type: str
    mood: Mood | None = None


class MemoryUpdated(_Event):
    type: Literal["agent:memory:update"]
    memory_id: Identifier
    content: str
    kind: Literal["SHORT_TERM", "LONG_TERM"]
