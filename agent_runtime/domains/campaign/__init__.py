"""Campaigns and their days: they start, change and end."""

from datetime import tzinfo
from functools import partial

from agent_runtime.core.domain import Domain
from agent_runtime.domains.campaign.appraisal import appraise
from agent_runtime.domains.campaign.campaign import Campaign
from agent_runtime.domains.campaign.events import EVENT_TYPES, CampaignEvent, parse, subject_of
from agent_runtime.domains.campaign.project import project
from agent_runtime.domains.campaign.records import records
from agent_runtime.domains.campaign.stage import stage


def campaigns_in(zone: tzinfo) -> Domain[CampaignEvent, Campaign]:
    """The domain of campaigns whose days begin and end by the calendar of `zone`."""
    return Domain(
        name="campaign",
        channel="events:auction",
        types=EVENT_TYPES,
        parse=parse,
        subject=subject_of,
        settle=lambda campaign, _now: campaign,
        project=partial(project, zone),
        appraise=appraise,
        stage=partial(stage, zone),
        records=records,
    )
