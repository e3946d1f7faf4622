"""What a campaign's keys say, as one more event about it."""

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.events import is_identifier
from agent_runtime.domains.campaign.events import CampaignFound
from agent_runtime.domains.campaign.facts import Facts, count_from, title_from


def from_state(state: CampaignState, day: CampaignDayState | None, event_id: str, now: float) -> CampaignFound:
    """The event for what the two keys say, read at `now` (epoch seconds); `day` is the key of the current day."""
    if day is not None and day.campaign_id != state.id:
        day = None
    number = count_from(state.current_day) or (count_from(day.day) if day is not None else None)
    facts = Facts(
        name=title_from(state.name),
        day=number,
        days=count_from(state.total_days),
        status=state.status,
        starts=state.start_date,
        ends=state.end_date,
        lot=state.current_auction_id if is_identifier(state.current_auction_id) else None,
    )
    completed = day.day if day is not None and day.completed else None
    return CampaignFound(event_id, now, state.id, facts, completed)
