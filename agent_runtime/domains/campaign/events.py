"""The `campaign:*` events, whose data is free, and the stages of an auction day that newer engines tell of."""

from typing import Literal

from agent_runtime.core.wire import Event, FreeEvent, Identifier, Moment


class CampaignStarted(FreeEvent):
    type: Literal["campaign:start"]


class CampaignEnded(FreeEvent):
    type: Literal["campaign:end"]


class CampaignDayChanged(FreeEvent):
    type: Literal["campaign:day:change"]


class CampaignUpdated(FreeEvent):
    type: Literal["campaign:update"]


class DayStageReached(Event):
    """An auction day (newer engines call it a session) reached a stage: the last part of its type."""

    type: Literal["session:start", "session:pre_auction", "session:auction", "session:post_auction", "session:end"]
    session_id: Identifier
    campaign_id: Identifier | None = None
    stage: str | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
