"""What keys say of who holds something and of who has asked how often: the contract's locks and rate limits."""

from typing import Any, ClassVar

from agent_runtime.core.engine_shapes import EngineShape, Whole
from agent_runtime.core.lots import Known, Moment


class Lock(EngineShape):
    """`lock:{resource}`: held by `owner` until it expires."""

    OPTIONAL: ClassVar[frozenset[str]] = frozenset({"metadata"})

    resource: str
    owner: Known[str] = None
    acquired_at: Known[Moment] = None
    expires_at: Known[Moment] = None
    metadata: Known[dict[str, Any]] = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.resource,)


class RateLimit(EngineShape):
    """`rate:limit:{resource}:{identifier}`: `count` of `limit` are used until `reset_at`."""

    resource: str
    identifier: str
    count: Known[Whole] = None
    reset_at: Known[Moment] = None
    limit: Known[Whole] = None

    @property
    def ids(self) -> tuple[str, ...]:
        return self.resource, self.identifier
