"""What the auction engine says of a campaign and its days in its keys: the contract's shapes, read kindly."""

from typing import ClassVar

from agent_runtime.core.engine_shapes import EngineShape, Flag, Whole
from agent_runtime.core.lots import Known, Moment
from agent_runtime.core.platform import CampaignStatus


class CampaignState(EngineShape):
    """`campaign:{id}`; everything but the id may be unknown. Days count from 1."""

    OPTIONAL: ClassVar[frozenset[str]] = frozenset({"current_auction_id"})

    id: str
    name: Known[str] = None
    start_date: Known[Moment] = None
    end_date: Known[Moment] = None
    status: Known[CampaignStatus] = None
    current_day: Known[Whole] = None
    total_days: Known[Whole] = None
    current_auction_id: Known[str] = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id,)


class CampaignDayState(EngineShape):
    """`campaign:day:{id}:{day}`."""

    campaign_id: str
    day: Whole
    date: Known[Moment] = None
    completed: Known[Flag] = None
    auction_ids: Known[tuple[str, ...]] = None

    @property
    def ids(self) -> tuple[str, ...]:
        return self.campaign_id, str(self.day)
