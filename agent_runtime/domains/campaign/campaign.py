"""A campaign as it stands: the folded state of several days of auctions."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from agent_runtime.core.platform import CampaignStatus

DayStage = Literal["start", "pre_auction", "auction", "post_auction", "end"]
Phase = Literal["running", "over"]


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign, or one auction day that nobody puts into a campaign.

    `day` counts from 1, of `days`. `stage` is how far the auction day `session` is. The moments (`told_at` of
    the status, `day_at`, `stage_at`) are those of the newest event that said so, by its own clock. `counted_at` is set
    where nobody numbered the day: it was counted for that moment of the campaign, which was heard at `counted_on`
    (monotonic seconds), and goes on with the calendar.
    """

    id: str
    is_day_only: bool = False
    name: str = ""
    status: CampaignStatus | None = None
    starts: date | None = None
    ends: date | None = None
    days: int | None = None
    day: int | None = None
    session: str | None = None
    stage: DayStage | None = None
    lot: str | None = None
    told_at: float = 0.0
    day_at: float = 0.0
    stage_at: float = 0.0
    counted_at: float | None = None
    counted_on: float = 0.0

    @property
    def phase(self) -> Phase | None:
        """Whether it runs or is over; None before it has begun, and while nobody has said so."""
        match self.status:
            case "ACTIVE":
                return "running"
            case "COMPLETED" | "CANCELLED":
                return "over"
            case _:
                return None

    @property
    def is_open(self) -> bool:
        """Whether it runs, by its status, or by its days and stages where nobody has told a status."""
        if self.status is not None:
            return self.phase == "running"
        return self.stage != "end" and (self.stage is not None or self.day is not None)
