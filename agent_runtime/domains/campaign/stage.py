"""What may be known of a campaign: its name, which day of how many it is, and how far the day has come."""

from collections.abc import Mapping
from datetime import tzinfo

from agent_runtime.core.domain import Slot, Stage
from agent_runtime.domains.campaign.campaign import Campaign, DayStage
from agent_runtime.domains.campaign.project import day_at

_SPOKEN: Mapping[DayStage, str] = {
    "start": "opening",
    "pre_auction": "run-up",
    "auction": "auction",
    "post_auction": "wrap-up",
    "end": "close",
}


def stage(zone: tzinfo, campaign: Campaign, now: float) -> Stage:
    """The campaign as it may be shown at `now` (monotonic seconds), its days being those of `zone`."""
    return Stage(
        subject=campaign.id,
        title=campaign.name or ("the auction day" if campaign.is_day_only else "the campaign"),
        is_open=campaign.is_open,
        is_last_call=False,
        slots=_slots(campaign, day_at(zone, campaign, now)),
        campaign=None if campaign.is_day_only else campaign.id,
        kind="campaign",
    )


def _slots(campaign: Campaign, day: int | None) -> dict[str, Slot]:
    """What is not known is absent; the word for a stage of the day goes without an article.

    A campaign that is over has no day any more.
    """
    slots: dict[str, Slot] = {}
    if campaign.name:
        slots["title"] = campaign.name
    if day is not None:
        slots["day"] = day
    if campaign.days is not None:
        slots["days"] = campaign.days
    if campaign.stage is not None and campaign.phase != "over":
        slots["stage"] = _SPOKEN[campaign.stage]
    return slots
