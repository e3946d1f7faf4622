"""What the stream manager says of a video stream in its keys: the contract's shapes, read kindly."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue, RootModel

from agent_runtime.core.engine_shapes import EngineShape, Figure, Flag, Whole
from agent_runtime.core.lots import Known, Moment
from agent_runtime.core.presence import Shape

Part = Annotated[str, Field(max_length=200)]
Layer = Annotated[int, Field(strict=True)]


class StreamState(EngineShape):
    """`stream:{id}`; everything but the id may be unknown."""

    OPTIONAL: ClassVar[frozenset[str]] = frozenset(
        {"auction_id", "start_time", "end_time", "error", "twitter_stream_id", "rtmp_url", "current_scene_id"}
    )

    id: str
    auction_id: Known[str] = None
    status: Known[Literal["INITIALIZING", "LIVE", "PAUSED", "ENDED", "ERROR"]] = None
    start_time: Known[Moment] = None
    end_time: Known[Moment] = None
    error: Known[str] = None
    twitter_stream_id: Known[str] = None
    rtmp_url: Known[str] = None
    viewer_count: Known[Whole] = None
    current_scene_id: Known[str] = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id,)


class Position(Shape):
    """Where something is on the picture, in the stream's own units."""

    x: Figure
    y: Figure
    width: Figure
    height: Figure


class Quadrant(Shape):
    """A part of the picture."""

    id: Part
    type: Literal["CHARACTER", "NFT", "BID_HISTORY", "TIMER", "EMPTY"]
    content: JsonValue = None
    visible: Flag
    z_index: Layer
    position: Position


class Overlay(Shape):
    """Something over the picture."""

    id: Part
    type: Literal["TEXT", "IMAGE", "VIDEO", "GRAPHIC"]
    content: JsonValue
    visible: Flag
    z_index: Layer
    position: Position


class Layout(Shape):
    """How a picture is put together."""

    quadrants: tuple[Quadrant, ...]
    overlays: tuple[Overlay, ...]
    background: Known[str] = None


class StreamScene(EngineShape):
    """`stream:scene:{id}`: the scene a stream shows. A layout is known as a whole or not at all."""

    id: Known[str] = None
    stream_id: str
    name: Known[str] = None
    layout: Known[Layout] = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.stream_id,)


class StreamMetrics(EngineShape):
    """`stream:metrics:{id}`: how the encoder is doing, in the stream manager's own units."""

    stream_id: str
    timestamp: Known[Moment] = None
    fps: Known[Figure] = None
    target_fps: Known[Figure] = None
    bitrate: Known[Figure] = None
    dropped_frames: Known[Figure] = None
    encoder_latency: Known[Figure] = None
    buffer_health: Known[Figure] = None
    cpu_usage: Known[Figure] = None
    memory_usage: Known[Figure] = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.stream_id,)


class ViewerCount(RootModel[Whole]):
    """`stream:viewers:{id}`: how many watch."""
