"""After a gap: what the engine's keys say of the campaigns whose lots are in hand."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.clock import Clock
from agent_runtime.core.domain import Domain
from agent_runtime.core.events import is_identifier
from agent_runtime.projection.projector import Projector, Step

_AT_MOST = 20


class CampaignKeys(Protocol):
    """Where the engine says how campaigns stand (see live/platform.py). None is unknown. Raises Unavailable."""

    async def campaign(self, campaign_id: str) -> CampaignState | None: ...

    async def campaign_day(self, campaign_id: str, day: int) -> CampaignDayState | None: ...


@dataclass(frozen=True)
class CampaignReader:
    """Takes in campaigns as their keys have them; `found` makes the domain's own event of what was read."""

    projector: Projector
    keys: CampaignKeys
    domain: Domain[Any, Any]
    found: Callable[[CampaignState, CampaignDayState | None, str, float], Any]
    clock: Clock

    async def take_in(self, campaigns: Iterable[str]) -> list[Step]:
        """What was new of at most twenty of them. Raises Unavailable."""
        steps: list[Step] = []
        named = dict.fromkeys(campaign for campaign in campaigns if is_identifier(campaign))  # others have no key
        for campaign in list(named)[:_AT_MOST]:
            state = await self.keys.campaign(campaign)
            if state is None:
                continue
            day = await self.keys.campaign_day(campaign, state.current_day) if state.current_day else None
            event = self.found(state, day, f"keys-{campaign[:40]}", self.clock.time())
            step = self.projector.admit(self.domain, event, self.clock.monotonic())
            if step is not None:
                steps.append(step)
        return steps
