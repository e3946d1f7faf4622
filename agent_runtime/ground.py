"""What a runtime stands on, open already: the roof opens it, and every part is built of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from redis.asyncio import Redis

from agent_runtime.characters.loading import Roster
from agent_runtime.config import Settings
from agent_runtime.core.clock import Clock, SystemClock
from agent_runtime.core.line import Line
from agent_runtime.models import Models
from agent_runtime.store.database import Database


@dataclass(frozen=True)
class Ground:
    """What is there. `heard` is told of every line said; `owner` is whose turns the runtime runs."""

    settings: Settings
    roster: Roster
    database: Database
    redis: Redis
    redis_url: str
    models: Models
    heard: Callable[[Line], None]
    owner: str
    clock: Clock = field(default_factory=SystemClock)
