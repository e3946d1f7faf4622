"""Fold an event into a campaign: pure, tolerant of gaps, repeats and lateness; an older event changes nothing told."""

from dataclasses import replace
from datetime import date, tzinfo
from typing import cast

from agent_runtime.core.clock import utc
from agent_runtime.core.platform import CampaignStatus
from agent_runtime.domains.campaign.campaign import Campaign, DayStage
from agent_runtime.domains.campaign.days import day_of
from agent_runtime.domains.campaign.events import (
    CampaignDayChanged,
    CampaignEnded,
    CampaignEvent,
    CampaignFound,
    CampaignStarted,
    DayStageReached,
    OfCampaign,
    subject_of,
)
from agent_runtime.domains.campaign.facts import Facts, facts_in

_PROGRESS = {None: 0, "DRAFT": 1, "SCHEDULED": 2, "ACTIVE": 3, "COMPLETED": 4, "CANCELLED": 4}
_LATE_STAGES = ("post_auction", "end")
_LATEST_S = 4_102_444_800.0  # the year 2100: what is later is nobody's clock


def project(zone: tzinfo, campaign: Campaign | None, event: CampaignEvent, now: float) -> Campaign:
    """The campaign after `event`; days that nobody numbers are counted by the calendar of `zone`."""
    if campaign is None:
        campaign = Campaign(subject_of(event))
    match event:
        case DayStageReached():
            return _staged(zone, campaign, event, now)
        case CampaignFound():
            return _found(zone, campaign, event, now)
        case _:
            return _told(zone, campaign, event, now)


def day_at(zone: tzinfo, campaign: Campaign, now: float) -> int | None:
    """Which day it is at `now` (monotonic seconds): as it was told, or by the calendar; None once it is over."""
    if campaign.phase == "over":
        return None
    if campaign.counted_at is None:
        return campaign.day
    return _counted(zone, campaign, campaign.counted_at + now - campaign.counted_on)


def _told(zone: tzinfo, campaign: Campaign, event: OfCampaign, now: float) -> Campaign:
    facts = facts_in(event)
    if event.at < campaign.told_at:
        return _with_day(zone, _filled(campaign, facts), event, facts, now)  # late: it tells what was not known yet
    starts = facts.starts or (utc(event.at) if isinstance(event, CampaignStarted) else None)
    told = replace(
        campaign,
        name=facts.name or campaign.name,
        status=_status(event, facts) or campaign.status,
        starts=starts or campaign.starts,
        ends=facts.ends or campaign.ends,
        days=facts.days or campaign.days,
        lot=facts.lot or campaign.lot,
        told_at=event.at,
    )
    return _with_day(zone, told, event, facts, now)


def _filled(campaign: Campaign, facts: Facts) -> Campaign:
    return replace(
        campaign,
        name=campaign.name or facts.name,
        starts=campaign.starts or facts.starts,
        ends=campaign.ends or facts.ends,
        days=campaign.days or facts.days,
    )


def _status(event: OfCampaign, facts: Facts) -> CampaignStatus | None:
    match event:
        case CampaignStarted():
            return "ACTIVE"
        case CampaignEnded():
            return "CANCELLED" if facts.status == "CANCELLED" else "COMPLETED"
        case _:
            return facts.status


def _with_day(zone: tzinfo, campaign: Campaign, event: OfCampaign, facts: Facts, now: float) -> Campaign:
    if event.at < campaign.day_at or isinstance(event, CampaignEnded):
        return campaign
    if facts.day is None and not isinstance(event, CampaignDayChanged):
        return _numbered(zone, campaign, event.at, now, facts.on)
    # A change to a day without a number is a change all the same: the number that was known is not true any more.
    numbered = replace(campaign, day=facts.day, day_at=event.at, counted_at=None)
    changed = _numbered(zone, numbered, event.at, now, facts.on)
    is_new_day = changed.day != campaign.day and campaign.stage in _LATE_STAGES
    return replace(changed, stage=None) if is_new_day else changed


def _numbered(zone: tzinfo, campaign: Campaign, at: float, now: float, on: date | None = None) -> Campaign:
    """The same with a day, unless one was told: by the calendar at `at` (heard at `now`), or that of the date `on`."""
    is_told = campaign.day is not None and campaign.counted_at is None
    day = None if is_told or at <= (campaign.counted_at or at - 1) else _counted(zone, campaign, at, on)
    if day is None:
        return campaign
    is_going_on = on is None
    return replace(campaign, day=day, counted_at=at if is_going_on else None, counted_on=now if is_going_on else 0.0)


def _counted(zone: tzinfo, campaign: Campaign, at: float, on: date | None = None) -> int | None:
    """The day by the calendar, where it lies within the campaign."""
    if campaign.starts is None or campaign.phase == "over":
        return None
    moment = on or utc(min(at, _LATEST_S))
    day = day_of(campaign.starts, moment, zone)
    is_after = campaign.ends is not None and day_of(campaign.ends, moment, zone) > 1
    return day if 1 <= day <= (campaign.days or day) and not is_after else None


def _staged(zone: tzinfo, campaign: Campaign, event: DayStageReached, now: float) -> Campaign:
    if event.at < campaign.stage_at:
        return campaign
    stage = cast(DayStage, event.type.partition(":")[2])
    is_of_the_day_before = stage in _LATE_STAGES and event.at < campaign.day_at
    staged = replace(
        campaign,
        is_day_only=event.campaign_id is None,
        session=event.session_id,
        stage=None if is_of_the_day_before else stage,
        stage_at=event.at,
    )
    return _numbered(zone, staged, event.at, now)


def _found(zone: tzinfo, campaign: Campaign, event: CampaignFound, now: float) -> Campaign:
    """What the keys say by high-water marks: they carry no moment, so nothing told goes back because of them."""
    facts = event.facts
    is_further = _PROGRESS[facts.status] > _PROGRESS[campaign.status]
    known = replace(
        campaign,
        name=facts.name or campaign.name,
        status=facts.status if is_further else campaign.status,
        starts=facts.starts or campaign.starts,
        ends=facts.ends or campaign.ends,
        days=facts.days or campaign.days,
        lot=facts.lot or campaign.lot,
    )
    numbered = known
    if facts.day is not None and facts.day >= (known.day or 0):
        numbered = replace(known, day=facts.day, counted_at=None, counted_on=0.0)
    elif known.phase == "running" and known.day is None:
        numbered = _numbered(zone, known, event.at, now)
    day = numbered.day
    is_new_day = day != known.day and known.stage in _LATE_STAGES
    stage = None if is_new_day else known.stage
    if day is not None and day == event.completed_day:
        stage = "end"
    return replace(numbered, stage=stage)
