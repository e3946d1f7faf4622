"""The video stream: it starts, shows scenes, falters and ends."""

from agent_runtime.core.domain import Hearing
from agent_runtime.core.wire import by_type
from agent_runtime.domains.stream.events import (
    AssetLoaded,
    QualityMeasured,
    SceneUpdated,
    StreamEnded,
    StreamFailed,
    StreamStarted,
    ViewersCounted,
)

STREAM = Hearing(
    name="stream",
    channel="events:stream",
    types=by_type(StreamStarted, StreamEnded, StreamFailed, QualityMeasured, SceneUpdated, AssetLoaded, ViewersCounted),
)
