"""The `campaign:*` events, whose data is free, the stages of an auction day, and what a campaign's keys say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agent_runtime.core.events import Envelope
from agent_runtime.core.wire import Event, FreeEvent, Identifier, Moment, by_type, read
from agent_runtime.domains.campaign.facts import Facts, campaign_id_in


class CampaignStarted(FreeEvent):
    type: Literal["campaign:start"]


class CampaignEnded(FreeEvent):
    type: Literal["campaign:end"]


class CampaignDayChanged(FreeEvent):
    type: Literal["campaign:day:change"]


class CampaignUpdated(FreeEvent):
    type: Literal["campaign:update"]


class DayStageReached(Event):
    """An auction day (newer engines call it a session) reached a stage: the last part of its type."""

    type: Literal["session:start", "session:pre_auction", "session:auction", "session:post_auction", "session:end"]
    session_id: Identifier
    campaign_id: Identifier | None = None
    stage: str | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None


@dataclass(frozen=True, slots=True)
class CampaignFound:
    """What the keys of a campaign say; never on the wire. `at` is the moment of reading (epoch seconds).

    `completed_day` is the day that is over, where the keys say that one is.
    """

    event_id: str
    at: float
    campaign_id: str
    facts: Facts
    completed_day: int | None = None


OfCampaign = CampaignStarted | CampaignEnded | CampaignDayChanged | CampaignUpdated
CampaignEvent = OfCampaign | DayStageReached | CampaignFound
EVENT_TYPES: Mapping[str, type[OfCampaign | DayStageReached]] = by_type(
    CampaignStarted, CampaignEnded, CampaignDayChanged, CampaignUpdated, DayStageReached
)


def parse(envelope: Envelope) -> CampaignEvent | None:
    """The typed event in an envelope; None for one that names no campaign. Raises BadEvent(bad_data)."""
    event = read(EVENT_TYPES[envelope.type], envelope)
    if isinstance(event, FreeEvent) and campaign_id_in(event) is None:
        return None
    return event


def subject_of(event: CampaignEvent) -> str:
    """The campaign an event is about; the day itself where nobody says to which campaign it belongs."""
    match event:
        case DayStageReached():
            return event.campaign_id or event.session_id
        case CampaignFound():
            return event.campaign_id
        case _:
            return campaign_id_in(event) or ""
