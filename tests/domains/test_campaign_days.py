"""The day of a campaign follows the calendar of a named time zone, also when a day has 23 or 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.events import Envelope
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.domains.campaign.campaign import Campaign
from agent_runtime.domains.campaign.days import day_of
from tests.domains.campaigns import ONE, Fold, event

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu", "UTC")]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "now", "day"),
    [
        ("2026-03-07T23:00", "2026-03-07T23:00", 1),  # six in the evening
        ("2026-03-07T23:00", "2026-03-08T04:59", 1),  # a minute before midnight
        ("2026-03-07T23:00", "2026-03-08T05:00", 2),  # midnight; at two o'clock it will be three
        ("2026-03-07T23:00", "2026-03-09T03:59", 2),  # midnight comes an hour earlier in UTC: the day has 23 hours
        ("2026-03-07T23:00", "2026-03-09T04:00", 3),
        ("2026-10-31T22:00", "2026-11-01T03:59", 1),
        ("2026-10-31T22:00", "2026-11-01T04:00", 2),
        ("2026-10-31T22:00", "2026-11-02T04:59", 2),  # this day has 25 hours
        ("2026-10-31T22:00", "2026-11-02T05:00", 3),
        ("2026-03-08T04:30", "2026-03-08T05:00", 2),  # begun half an hour before midnight
        ("2026-03-08T23:00", "2026-03-08T03:00", 0),  # the evening before
        ("2026-12-31T23:00", "2027-01-01T05:00", 2),
    ],
)
def test_a_day_ends_at_midnight_in_new_york(start: str, now: str, day: int) -> None:
    assert day_of(at(start), at(now), NEW_YORK) == day


def test_a_plain_date_is_that_day_wherever_it_is() -> None:
    assert day_of(date(2026, 3, 8), at("2026-03-08T04:59"), NEW_YORK) == 0
    assert day_of(date(2026, 3, 8), at("2026-03-08T05:00"), NEW_YORK) == 1
    assert day_of(date(2026, 3, 8), date(2026, 3, 10), NEW_YORK) == 3


@given(
    st.integers(946_684_800, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.sampled_from(ZONES),
)
def test_days_only_go_on_and_never_faster_than_clocks_can_be_put_forward(
    start: datetime, gone: timedelta, more: timedelta, zone: ZoneInfo
) -> None:
    before, after = day_of(start, start + gone, zone), day_of(start, start + gone + more, zone)
    assert 1 <= before <= after
    assert after - before <= more / timedelta(hours=24) + 2


def test_the_ends_of_the_calendar_are_days_too() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert day_of(last, last, ZONES[2]) == 1
    assert day_of(datetime.min.replace(tzinfo=UTC), last, NEW_YORK) > 3_000_000


def test_a_campaign_counts_its_days_by_its_zone_where_nobody_does() -> None:
    start = event("campaign:start", 0, campaignId=ONE, startDate="2026-03-07T23:00:00Z", totalDays=2)
    for zone, day in ((NEW_YORK, 1), (UTC, 2)):
        moment = at("2026-03-08T04:59").timestamp()
        told = event("campaign:update", 0, campaignId=ONE).model_copy(update={"timestamp": int(moment * 1000)})
        begun = start.model_copy(update={"timestamp": told.timestamp - 3_600_000})
        assert Fold(zone).take(begun, told).stage().slots["day"] == day


def test_a_day_outside_the_campaign_is_not_counted() -> None:
    late = event("campaign:update", 10 * 86_400, campaignId=ONE, startDate="2026-03-02", totalDays=3)
    assert "day" not in Fold(NEW_YORK).take(late).stage().slots


def test_a_day_that_was_counted_goes_on_with_the_calendar_and_one_that_was_told_does_not() -> None:
    campaigns = campaigns_in(NEW_YORK)
    start = event("campaign:start", 0, campaignId=ONE, startDate="2026-03-07T23:00:00Z", totalDays=3)
    evening = start.model_copy(update={"timestamp": int(at("2026-03-07T23:00").timestamp() * 1000)})
    counted, told = Fold(NEW_YORK).take(evening).campaign, Fold(NEW_YORK).take(evening, _told(1, evening)).campaign
    assert counted is not None
    assert told is not None
    hours = {0: 1, 5: 1, 7: 2, 28: 2, 30: 3, 53: None}  # since six in the evening; the second day has 23 hours
    for passed, day in hours.items():
        assert campaigns.stage(counted, 1.0 + 3600 * passed).slots.get("day") == day, passed
        assert campaigns.stage(told, 1.0 + 3600 * passed).slots.get("day") == 1


def test_a_moment_at_the_end_of_all_time_is_survived() -> None:
    late = event("campaign:start", 0, campaignId=ONE, timestamp="9999-12-31T23:59:59Z")
    assert campaigns_in(NEW_YORK).stage(_folded(late), 1e9).is_open


def test_a_campaign_that_is_over_has_no_day() -> None:
    start = event("campaign:start", 0, campaignId=ONE, name="Week", day=1, totalDays=3)
    over = _folded(start, event("campaign:end", 1, campaignId=ONE))
    assert campaigns_in(NEW_YORK).stage(over, 0.0).slots == {"title": "Week", "days": 3}


def _folded(*events: Envelope) -> Campaign:
    campaign = Fold(NEW_YORK).take(*events).campaign
    assert campaign is not None
    return campaign


def _told(day: int, after: Envelope) -> Envelope:
    change = event("campaign:day:change", 0, campaignId=ONE, day=day)
    return change.model_copy(update={"timestamp": after.timestamp + 1000})
