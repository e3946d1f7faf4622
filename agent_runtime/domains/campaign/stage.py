"""What may be known of a campaign: its name, which day of how many it is, and how far the day has come."""

from collections.abc import Mapping

from agent_runtime.core.domain import Slot, Stage
from agent_runtime.domains.campaign.campaign import Campaign, DayStage

_SPOKEN: Mapping[DayStage, str] = {
    "start": "opening",
    "pre_auction": "run-up",
    "auction": "auction",
    "post_auction": "wrap-up",
    "end": "close",
}


def stage(campaign: Campaign, _now: float) -> Stage:
    """The campaign as it may be shown."""
    return Stage(
        subject=campaign.id,
        title=campaign.name or ("the auction day" if campaign.is_day_only else "the campaign"),
        is_open=campaign.is_open,
        is_last_call=False,
        slots=_slots(campaign),
        campaign=None if campaign.is_day_only else campaign.id,
        kind="campaign",
    )


def _slots(campaign: Campaign) -> dict[str, Slot]:
    """What is not known is absent; the word for a stage of the day goes without an article."""
    slots: dict[str, Slot] = {}
    if campaign.name:
        slots["title"] = campaign.name
    if campaign.day is not None:
        slots["day"] = campaign.day
    if campaign.days is not None:
        slots["days"] = campaign.days
    if campaign.stage is not None:
        slots["stage"] = _SPOKEN[campaign.stage]
    return slots
