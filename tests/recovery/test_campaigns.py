"""Campaigns of the lots in hand are known from their keys."""

from dataclasses import dataclass, replace
from datetime import UTC

from redis.asyncio import Redis

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.errors import Unavailable
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.campaign.found import from_state
from agent_runtime.live.platform import PlatformKeys
from agent_runtime.live.values import RedisValues
from agent_runtime.recovery.campaigns import CampaignReader
from tests.domains.streams import LOT, Engine, keys_after
from tests.recovery.house import SHORT, House, logged


@dataclass
class Days:
    """A campaign's keys."""

    day: int = 2
    is_away: bool = False

    async def campaign(self, campaign_id: str) -> CampaignState | None:
        if self.is_away:
            raise Unavailable("Redis is down")
        return CampaignState(id=campaign_id, name="Week", status="ACTIVE", current_day=self.day, total_days=5)

    async def campaign_day(self, campaign_id: str, day: int) -> CampaignDayState | None:
        return None


async def test_the_campaigns_of_what_is_held_are_known_too_and_their_keys_cost_nothing_else(engine: Engine) -> None:
    days, house = Days(), House(SHORT)
    domain = campaigns_in(UTC)
    house.recovery.campaigns = CampaignReader(house.projector, days, domain, from_state, house.clock)
    house.log.rows = [logged(engine.start(campaignId="week"))]
    async with house.running():
        await house.resynced()
        assert house.stage("week").slots["day"] == 2
        assert house.host.said == []
        days.day = 3
        await house.gap()
        assert house.stage("week").slots["day"] == 3
        assert house.host.said == [("stage_of_day", "week")]
        days.is_away = True
        house.keys.put(keys_after(engine.start(), *engine.bid(1, "ada", "50")))
        await house.gap()
        assert house.host.said[1:] == [("bid", LOT)]


async def test_a_campaign_whose_id_is_none_costs_nothing_that_follows(engine: Engine, client: Redis) -> None:
    house = House(SHORT)
    keys = PlatformKeys(RedisValues(client))
    house.recovery.campaigns = CampaignReader(house.projector, keys, campaigns_in(UTC), from_state, house.clock)
    lot = keys_after(engine.start(), *engine.bid(1, "ada", "50"))
    assert lot.state is not None
    house.keys.put(replace(lot, state=lot.state.model_copy(update={"campaign_id": "a:b"})))
    async with house.running():
        await house.resynced()
        await house.gap()
    assert house.recovery.counts["resyncs"] == 2
