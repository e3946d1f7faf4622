"""What a campaign's event means to whoever hosts it: each change is told once, and a start gives hope."""

from agent_runtime.core.domain import Appraisal, Cue, Feeling, Rank
from agent_runtime.domains.campaign.campaign import Campaign
from agent_runtime.domains.campaign.events import (
    CampaignEvent,
    CampaignFound,
    CampaignStarted,
    CampaignUpdated,
)


def appraise(before: Campaign | None, event: CampaignEvent, after: Campaign) -> Appraisal:
    """Feelings and cues of `event`, which turned `before` into `after`."""
    if not _is_news(before, event, after):
        return Appraisal()
    has_begun = after.phase == "running" and (before is None or before.phase != "running")
    feelings = (Feeling("hope", 0.3),) if has_begun and isinstance(event, CampaignStarted) else ()
    return Appraisal(feelings, (Cue("stage_of_day", Rank.HIGH, after.id, event.event_id),))


def _is_news(before: Campaign | None, event: CampaignEvent, after: Campaign) -> bool:
    """Whether it started, ended, or has another day or stage; merely to learn how things stand is no change."""
    is_learning = isinstance(event, CampaignUpdated | CampaignFound)
    if before is None:
        return not is_learning and any(_told(after))
    changes = zip(_told(before), _told(after), strict=True)
    return any(old != new and (old is not None or not is_learning) for old, new in changes)


def _told(campaign: Campaign) -> tuple[object, ...]:
    session = (campaign.session, campaign.stage) if campaign.stage is not None else None
    return campaign.phase, campaign.day, session
