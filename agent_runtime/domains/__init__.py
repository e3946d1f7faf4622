"""The kinds of live events this runtime understands: one line each."""

from typing import Any

from agent_runtime.core.domain import Domain
from agent_runtime.domains.auction import AUCTION

DOMAINS: tuple[Domain[Any, Any], ...] = (AUCTION,)
