"""One agent's live state, in values, for the tests of this room."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from agent_runtime.core.presence import (
    AgentContext,
    AgentMood,
    AgentScene,
    AgentState,
    AuctionContext,
    ConversationContext,
    Mood,
    RecentMessage,
)

NOW = datetime(2026, 11, 20, 18, 30, 0, 120_000, UTC)
STATE = AgentState(id="a-1", character_id="vesper-quill", name="Vesper Quill", status="ACTIVE", auction_id="lot-1")
MOOD = AgentMood(
    agent_id="a-1",
    current_mood=Mood.EXCITED,
    intensity=72,
    previous_mood=Mood.NEUTRAL,
    mood_start_time=NOW,
    triggers=("auction:bid:accepted",),
)
CONTEXT = AgentContext(
    agent_id="a-1",
    auction_context=AuctionContext(
        auction_id="lot-1",
        art_item_name="Still Life №3",
        current_price=Decimal("0.13600000"),
        time_remaining=40,
        bid_count=7,
    ),
    conversation_context=ConversationContext(
        recent_messages=(RecentMessage(role="agent", content="0.136 ETH!", timestamp=NOW + timedelta(seconds=1)),),
    ),
)
SCENE = AgentScene(agent_id="a-1", current_expression="vesper/joy.png", props=("gavel.png",), last_changed=NOW)
