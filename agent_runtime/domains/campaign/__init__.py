"""Campaigns and their days: they start, change and end."""

from agent_runtime.core.domain import Hearing
from agent_runtime.core.wire import by_type
from agent_runtime.domains.campaign.events import (
    CampaignDayChanged,
    CampaignEnded,
    CampaignStarted,
    CampaignUpdated,
    DayStageReached,
)

CAMPAIGN = Hearing(
    name="campaign",
    channel="events:auction",
    types=by_type(CampaignStarted, CampaignEnded, CampaignDayChanged, CampaignUpdated, DayStageReached),
)
