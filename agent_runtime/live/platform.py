"""The keys of the platform that are no lot's and no agent's: campaigns, streams, locks and rate limits."""

from dataclasses import dataclass
from typing import TypeVar

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.engine_shapes import EngineShape
from agent_runtime.core.errors import Refused
from agent_runtime.core.limits import Lock, RateLimit
from agent_runtime.core.streams import StreamMetrics, StreamScene, StreamState, ViewerCount
from agent_runtime.live.keys import Kind, expiry, key
from agent_runtime.live.values import Values, shaped

S = TypeVar("S", bound=EngineShape)


@dataclass(frozen=True)
class PlatformKeys:
    """Keys that others write. All raise Unavailable, and Refused for an id unfit for a key.

    Reading is kind: None is not known (missing, expired, of another type or shape, too big, about something
    else), and what lies there stays. Writing is for simulators, who play the others, and strict: Refused for a
    value that lacks what the contract asks for.
    """

    values: Values

    async def campaign(self, campaign_id: str) -> CampaignState | None:
        return await self._read(CampaignState, Kind.CAMPAIGN, campaign_id)

    async def campaign_day(self, campaign_id: str, day: int) -> CampaignDayState | None:
        return await self._read(CampaignDayState, Kind.CAMPAIGN_DAY, campaign_id, str(day))

    async def stream(self, stream_id: str) -> StreamState | None:
        return await self._read(StreamState, Kind.STREAM, stream_id)

    async def stream_scene(self, stream_id: str) -> StreamScene | None:
        return await self._read(StreamScene, Kind.STREAM_SCENE, stream_id)

    async def stream_metrics(self, stream_id: str) -> StreamMetrics | None:
        return await self._read(StreamMetrics, Kind.STREAM_METRICS, stream_id)

    async def stream_viewers(self, stream_id: str) -> int | None:
        (raw,) = await self.values.read([key(Kind.STREAM_VIEWERS, stream_id)])
        count = shaped(ViewerCount, raw, self.values.unreadable)
        return None if count is None else count.root

    async def lock(self, resource: str) -> Lock | None:
        return await self._read(Lock, Kind.LOCK, resource)

    async def rate_limit(self, resource: str, identifier: str) -> RateLimit | None:
        return await self._read(RateLimit, Kind.RATE_LIMIT, resource, identifier)

    async def put_campaign(self, campaign: CampaignState) -> None:
        await self._write(Kind.CAMPAIGN, campaign, expiry(Kind.CAMPAIGN))

    async def put_campaign_day(self, day: CampaignDayState) -> None:
        await self._write(Kind.CAMPAIGN_DAY, day, expiry(Kind.CAMPAIGN_DAY))

    async def put_stream(self, stream: StreamState) -> None:
        await self._write(Kind.STREAM, stream, expiry(Kind.STREAM))

    async def put_stream_scene(self, scene: StreamScene) -> None:
        await self._write(Kind.STREAM_SCENE, scene, expiry(Kind.STREAM_SCENE))

    async def put_stream_metrics(self, metrics: StreamMetrics) -> None:
        await self._write(Kind.STREAM_METRICS, metrics, expiry(Kind.STREAM_METRICS))

    async def put_stream_viewers(self, stream_id: str, count: int) -> None:
        name = key(Kind.STREAM_VIEWERS, stream_id)
        await self.values.write({name: str(ViewerCount(count).root).encode()}, expiry(Kind.STREAM_VIEWERS))

    async def put_lock(self, lock: Lock, lease_s: int) -> None:
        await self._write(Kind.LOCK, lock, lease_s)

    async def put_rate_limit(self, limit: RateLimit, window_s: int) -> None:
        await self._write(Kind.RATE_LIMIT, limit, window_s)

    async def _read(self, model: type[S], kind: Kind, *ids: str) -> S | None:
        (raw,) = await self.values.read([key(kind, *ids)])
        value = shaped(model, raw, self.values.unreadable)
        if value is None or value.ids == ids:
            return value
        self.values.unreadable["bad_shape"] += 1  # it speaks of something else
        return None

    async def _write(self, kind: Kind, value: EngineShape, seconds: int | None) -> None:
        name = key(kind, *value.ids)
        if lacking := value.lacks():
            raise Refused(f"{name} cannot be written without {', '.join(lacking)}")
        await self.values.write({name: value.as_json()}, seconds)
