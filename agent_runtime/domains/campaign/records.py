"""What should last of a campaign's event: its row, with no more than the event says."""

from datetime import date, datetime

from agent_runtime.core import platform
from agent_runtime.core.clock import utc
from agent_runtime.domains.campaign.campaign import Campaign
from agent_runtime.domains.campaign.events import (
    CampaignEnded,
    CampaignEvent,
    CampaignFound,
    CampaignStarted,
    DayStageReached,
)
from agent_runtime.domains.campaign.facts import facts_in

_LATEST_S = 4_102_444_800.0  # the year 2100: what is later is nobody's clock


def records(event: CampaignEvent, after: Campaign) -> tuple[platform.Record, ...]:
    """The campaign's row; () for events that say nothing that would be in it."""
    match event:
        case DayStageReached():
            return ()
        case CampaignFound():
            facts = event.facts
        case _:
            facts = facts_in(event)
    is_newest = isinstance(event, CampaignFound) or event.at >= after.told_at
    says_status = isinstance(event, CampaignStarted | CampaignEnded) or facts.status is not None
    said = {
        "name": facts.name or None,
        "start_date": _moment(facts.starts),
        "end_date": _moment(facts.ends),
        "status": after.status if is_newest and says_status else None,
    }
    if not any(said.values()):
        return ()
    at = utc(min(event.at, _LATEST_S))
    return (platform.Campaign(id=after.id, created_at=at, updated_at=at, **said),)


def _moment(day: date | None) -> datetime | None:
    """A plain date is no moment: which one it begins at is the campaign's to say."""
    return day if isinstance(day, datetime) else None
