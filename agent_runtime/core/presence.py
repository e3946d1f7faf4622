"""What other services read of an agent: the contract's `agent:*` shapes and the mood's names."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from agent_runtime.core.clock import iso
from agent_runtime.core.money import Amount

UtcTime = Annotated[datetime, PlainSerializer(iso, return_type=str, when_used="json")]


class Mood(StrEnum):
    """The names a mood has for other services."""

    NEUTRAL = "NEUTRAL"
    EXCITED = "EXCITED"
    HAPPY = "HAPPY"
    SURPRISED = "SURPRISED"
    CURIOUS = "CURIOUS"
    CONCERNED = "CONCERNED"
    DISAPPOINTED = "DISAPPOINTED"


class Shape(BaseModel):
    """A value as the contract writes it: camelCase JSON, absent rather than null."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    def as_json(self) -> bytes:
        """The contract's JSON, optional fields that are unknown left out."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


class AgentState(Shape):
    """`agent:{id}`"""

    id: str
    character_id: str
    name: str
    status: Literal["INITIALIZING", "ACTIVE", "PAUSED", "INACTIVE"]
    stream_id: str | None = None
    auction_id: str | None = None
    last_interaction_time: UtcTime | None = None


class AgentMood(Shape):
    """`agent:mood:{id}`; `intensity` is 0 to 100."""

    agent_id: str
    current_mood: Mood
    intensity: int = Field(ge=0, le=100)
    previous_mood: Mood | None = None
    mood_start_time: UtcTime
    triggers: tuple[str, ...] = ()


class AuctionContext(Shape):
    """The lot in hand, as the contract words it; `time_remaining` in seconds. What is unknown is absent, never zero."""

    auction_id: str
    art_item_name: str
    current_price: Amount | None = None
    time_remaining: int | None = None
    bid_count: int
    highest_bidder: str | None = None


class RecentMessage(Shape):
    role: Literal["agent", "user"]
    content: str
    timestamp: UtcTime
    twitter_handle: str | None = None


class ConversationContext(Shape):
    recent_messages: tuple[RecentMessage, ...] = Field(default=(), max_length=20)
    topic: str | None = None
    sentiment: str | None = None


class AgentContext(Shape):
    """`agent:context:{id}`"""

    agent_id: str
    auction_context: AuctionContext | None = None
    conversation_context: ConversationContext = ConversationContext()
    memory_keys: tuple[str, ...] = ()


class AgentScene(Shape):
    """`agent:scene:{id}`; paths are relative to the asset root."""

    agent_id: str
    current_expression: str
    background: str | None = None
    props: tuple[str, ...] = ()
    last_changed: UtcTime
