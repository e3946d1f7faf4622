"""The seven `stream:*` events, typed."""

from typing import Literal

from agent_runtime.core.wire import Code, Event, FreeEvent, Identifier, Moment, Number, Object, Seconds, Truth


class StreamStarted(Event):
    type: Literal["stream:start"]
    stream_id: Identifier
    auction_id: Identifier | None = None
    start_time: Moment
    twitter_stream_id: str | None = None
    rtmp_url: str | None = None


class StreamEnded(Event):
    type: Literal["stream:end"]
    stream_id: Identifier
    end_time: Moment
    duration: Seconds
    reason: str | None = None


class StreamFailed(Event):
    type: Literal["stream:error"]
    stream_id: Identifier
    error: str
    error_code: Code | None = None
    timestamp: Moment
    recoverable: Truth


class QualityMeasured(Event):
    type: Literal["stream:quality"]
    stream_id: Identifier
    bitrate: Number
    fps: Number
    resolution: str
    timestamp: Moment


class SceneUpdated(Event):
    type: Literal["stream:scene:update"]
    stream_id: Identifier
    scene_id: Identifier
    update_type: Literal["FULL", "PARTIAL"]
    layout: Object | None = None
    timestamp: Moment


class AssetLoaded(Event):
    type: Literal["stream:asset:loaded"]
    asset_id: Identifier
    asset_type: str
    asset_url: str
    timestamp: Moment


class ViewersCounted(FreeEvent):
    type: Literal["stream:viewers:count"]
