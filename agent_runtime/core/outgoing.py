"""The envelopes this runtime publishes on `events:agent`."""

from typing import Any

from agent_runtime.core.clock import iso, utc
from agent_runtime.core.events import OUR_SOURCE, Envelope
from agent_runtime.core.memory import Memory
from agent_runtime.core.presence import AgentMood, AgentScene

CHANNEL = "events:agent"


def said(
    agent_id: str,
    message_id: str,
    content: str,
    *,
    event_id: str,
    now: float,
    reply_to: str | None = None,
    handle: str | None = None,
) -> Envelope:
    """`agent:message`: a line said aloud. `now` is in epoch seconds here and below.

    `reply_to` is the interaction it answers, `handle` whose that was.
    """
    data: dict[str, Any] = {"agentId": agent_id, "messageId": message_id, "content": content}
    if reply_to is not None:
        data["replyToId"] = reply_to
    if handle is not None:
        data["twitterHandle"] = handle
    return _envelope(event_id, "agent:message", now, data)


def mood_changed(mood: AgentMood, *, trigger: str, event_id: str, now: float) -> Envelope:
    """`agent:mood`: the mood has another name."""
    data: dict[str, Any] = {"agentId": mood.agent_id, "mood": mood.current_mood.value, "intensity": mood.intensity}
    if mood.previous_mood is not None:
        data["previousMood"] = mood.previous_mood.value
    return _envelope(event_id, "agent:mood", now, {**data, "trigger": trigger})


def scene_changed(scene: AgentScene, *, event_id: str, now: float) -> Envelope:
    """`agent:scene:update`: the character looks different."""
    data: dict[str, Any] = {"agentId": scene.agent_id, "expression": scene.current_expression}
    if scene.background is not None:
        data["background"] = scene.background
    return _envelope(event_id, "agent:scene:update", now, {**data, "props": list(scene.props)})


def remembered(memory: Memory, event_id: str, now: float) -> Envelope:
    """`agent:memory:update`: something public is remembered. What was told in private is never published."""
    data = {"agentId": memory.agent_id, "memoryId": memory.id, "content": memory.text, "type": "LONG_TERM"}
    return _envelope(event_id, "agent:memory:update", now, data)


def _envelope(event_id: str, kind: str, now: float, data: dict[str, Any]) -> Envelope:
    moment = iso(utc(now))
    return Envelope(
        id=event_id, timestamp=int(now * 1000), type=kind, source=OUR_SOURCE, data={**data, "timestamp": moment}
    )
