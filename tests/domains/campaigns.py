"""Events of a campaign made by hand, and a campaign folded from them; times are seconds after EPOCH."""

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from itertools import count
from typing import Any

from agent_runtime.core.clock import iso, utc
from agent_runtime.core.domain import Appraisal, Stage
from agent_runtime.core.events import Envelope
from agent_runtime.core.platform import Record
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.campaign.campaign import Campaign
from agent_runtime.domains.campaign.events import CampaignEvent

EPOCH = 1_772_492_400.0  # 2026-03-02T23:00Z, six in the evening in New York
DAY = 86_400.0
ONE = "campaign-1"


def event(kind: str, at: float, **data: Any) -> Envelope:
    """Any event of a campaign or a day."""
    return Envelope(
        id=f"{kind} at {at:g}", timestamp=round((EPOCH + at) * 1000), type=kind, source="auction-engine", data=data
    )


def session(stage: str, at: float, session_id: str = "session-1", **data: Any) -> Envelope:
    """A stage of an auction day of the campaign, unless `campaignId` says otherwise."""
    return event(f"session:{stage}", at, **{"campaignId": ONE, "sessionId": session_id, **data})


def moment(at: float) -> str:
    """The ISO date of a time after EPOCH."""
    return iso(utc(EPOCH + at))


@dataclass
class Fold:
    """A campaign folded event by event."""

    zone: tzinfo = UTC
    campaign: Campaign | None = None
    appraisals: list[Appraisal] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def take(self, *happenings: Envelope | CampaignEvent) -> "Fold":
        domain = campaigns_in(self.zone)
        for happening in happenings:
            told = domain.parse(happening) if isinstance(happening, Envelope) else happening
            assert told is not None
            before = None if self.campaign is None else domain.settle(self.campaign, 0.0)
            self.campaign = domain.project(before, told, float(next(self._numbers)))
            self.appraisals.append(domain.appraise(before, told, self.campaign))
            self.records += domain.records(told, self.campaign)
        return self

    def stage(self) -> Stage:
        assert self.campaign is not None
        return campaigns_in(self.zone).stage(self.campaign, 0.0)

    def causes(self) -> list[str]:
        """The ids of the events that are told, in order."""
        return [cue.cause for appraisal in self.appraisals for cue in appraisal.cues]
