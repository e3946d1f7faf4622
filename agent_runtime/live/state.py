"""The live state of agents under the contract's keys, each write good for a day."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from redis.asyncio import Redis

from agent_runtime.core.presence import AgentContext, AgentMood, AgentScene, AgentState, Shape
from agent_runtime.live.keys import Expiry, Kind, key
from agent_runtime.live.values import RedisValues, Values, shaped

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class KeyedLiveState:
    """LiveState over any store of values. Reads and writes raise Unavailable, and Refused for an id unfit for a key."""

    values: Values

    async def put_agent(self, state: AgentState) -> None:
        await self._put(Kind.AGENT, state.id, state)

    async def put_mood(self, mood: AgentMood) -> None:
        await self._put(Kind.AGENT_MOOD, mood.agent_id, mood)

    async def put_context(self, context: AgentContext) -> None:
        await self._put(Kind.AGENT_CONTEXT, context.agent_id, context)

    async def put_scene(self, scene: AgentScene) -> None:
        await self._put(Kind.AGENT_SCENE, scene.agent_id, scene)

    async def read_agent(self, agent_id: str) -> AgentState | None:
        return await self._read(Kind.AGENT, agent_id, AgentState)

    async def read_mood(self, agent_id: str) -> AgentMood | None:
        return await self._read(Kind.AGENT_MOOD, agent_id, AgentMood)

    async def read_context(self, agent_id: str) -> AgentContext | None:
        return await self._read(Kind.AGENT_CONTEXT, agent_id, AgentContext)

    async def read_scene(self, agent_id: str) -> AgentScene | None:
        return await self._read(Kind.AGENT_SCENE, agent_id, AgentScene)

    async def put_affect(self, agent_id: str, affect: bytes) -> None:
        await self.values.write({key(Kind.AFFECT, agent_id): affect}, Expiry.DAY)

    async def read_affect(self, agent_id: str) -> bytes | None:
        (raw,) = await self.values.read([key(Kind.AFFECT, agent_id)])
        return raw

    async def _put(self, kind: Kind, agent_id: str, value: Shape) -> None:
        await self.values.write({key(kind, agent_id): value.as_json()}, Expiry.DAY)

    async def _read(self, kind: Kind, agent_id: str, model: type[M]) -> M | None:
        (raw,) = await self.values.read([key(kind, agent_id)])
        return shaped(model, raw, self.values.unreadable)


class RedisLiveState(KeyedLiveState):
    """LiveState in Redis, on a commands client of `live.connection`."""

    def __init__(self, client: Redis) -> None:
        super().__init__(RedisValues(client))
