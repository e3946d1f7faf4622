"""What a campaign's keys say is one more event: it mends what was missed and takes nothing told back."""

from datetime import UTC, datetime

import pytest

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.platform import Campaign
from agent_runtime.domains import domains_in
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.campaign.events import CampaignFound
from agent_runtime.domains.campaign.found import from_state
from agent_runtime.projection.projector import Projector
from tests.domains.campaigns import DAY, EPOCH, ONE, Fold, event, session

STATE = CampaignState(
    id=ONE,
    name="Three Evenings",
    start_date=datetime.fromtimestamp(EPOCH, UTC),
    status="ACTIVE",
    current_day=2,
    total_days=3,
    current_auction_id="lot-4",
)


def found(state: CampaignState = STATE, day: CampaignDayState | None = None, at: float = DAY) -> CampaignFound:
    return from_state(state, day, "found-1", EPOCH + at)


def test_a_campaign_nobody_spoke_of_is_known_from_its_keys_and_not_told() -> None:
    fold = Fold().take(found())
    assert fold.causes() == []
    assert fold.stage().is_open
    assert fold.stage().slots == {"title": "Three Evenings", "day": 2, "days": 3}
    assert fold.campaign is not None
    assert fold.campaign.lot == "lot-4"


def test_a_day_that_was_missed_is_told_once() -> None:
    fold = Fold().take(event("campaign:day:change", 0, campaignId=ONE, day=1, status="ACTIVE"), found(), found())
    assert fold.causes() == ["campaign:day:change at 0", "found-1"]


def test_keys_that_lag_behind_take_nothing_back() -> None:
    fold = Fold().take(
        event("campaign:end", 3 * DAY, campaignId=ONE),
        event("campaign:day:change", 2 * DAY, campaignId=ONE, day=3),
    )
    told = fold.causes()
    fold.take(found(at=4 * DAY))
    assert fold.causes() == told
    assert fold.campaign is not None
    assert (fold.campaign.day, fold.campaign.status) == (3, "COMPLETED")


def test_an_end_that_was_missed_is_told() -> None:
    fold = Fold().take(found(), found(STATE.model_copy(update={"status": "COMPLETED"})))
    assert fold.causes() == ["found-1"]
    assert not fold.stage().is_open


def test_reading_keys_does_not_make_later_events_old() -> None:
    fold = Fold().take(found(at=1000 * DAY), event("campaign:day:change", 2 * DAY, campaignId=ONE, day=3))
    assert fold.stage().slots["day"] == 3


def test_a_day_that_the_keys_call_completed_is_at_its_end() -> None:
    fold = Fold().take(session("auction", DAY), found(), found(day=_day(2, completed=True)))
    assert fold.stage().slots["stage"] == "close"
    assert fold.causes()[-1] == "found-1"
    fold.take(event("campaign:day:change", 2 * DAY, campaignId=ONE, day=3))
    assert "stage" not in fold.stage().slots


@pytest.mark.parametrize(
    ("state", "day", "number"),
    [
        (STATE.model_copy(update={"current_day": None}), None, 2),  # by the calendar
        (STATE.model_copy(update={"current_day": None}), 3, 3),
        (STATE.model_copy(update={"current_day": 0}), None, 2),
        (CampaignState(id=ONE), None, None),
        (CampaignState(id=ONE, current_day=10**8), None, None),
    ],
)
def test_a_day_that_the_state_does_not_say_is_that_of_its_key_or_of_the_calendar(
    state: CampaignState, day: int | None, number: int | None
) -> None:
    key = None if day is None else _day(day, completed=False)
    assert Fold().take(found(state, key)).stage().slots.get("day") == number


def test_the_key_of_another_campaigns_day_is_left_out() -> None:
    other = CampaignDayState(campaign_id="campaign-2", day=2, completed=True)
    assert "stage" not in Fold().take(found(day=other)).stage().slots


def test_what_the_keys_say_lasts_too() -> None:
    (row,) = Fold().take(found()).records
    assert isinstance(row, Campaign)
    assert (row.id, row.name, row.status, row.start_date) == (ONE, "Three Evenings", "ACTIVE", STATE.start_date)
    assert Fold().take(found(CampaignState(id=ONE))).records == []


def test_the_projector_takes_them_in_and_shows_what_they_change() -> None:
    campaigns, projector = campaigns_in(UTC), Projector(domains_in(UTC))
    first, again = (projector.admit(campaigns, found(), moment) for moment in (0.0, 1.0))
    assert first is not None
    assert first.appraisal.cues == ()
    assert again is None
    step = projector.admit(campaigns, found(STATE.model_copy(update={"current_day": 3})), 2.0)
    assert step is not None
    assert [cue.family for cue in step.appraisal.cues] == ["stage_of_day"]
    assert step.stage.slots["day"] == 3


def _day(number: int, *, completed: bool) -> CampaignDayState:
    return CampaignDayState(campaign_id=ONE, day=number, completed=completed)
