"""Campaigns: whatever an engine calls things, each start, end, day and stage is known, told once, and kept."""

import random
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.domain import Feeling, Rank
from agent_runtime.core.platform import Campaign
from agent_runtime.domains import domains_in
from agent_runtime.domains.campaign import campaigns_in
from agent_runtime.projection.projector import Projector
from tests.domains.campaigns import DAY, EPOCH, ONE, Fold, event, moment, session

UTC_CAMPAIGNS = campaigns_in(UTC)
START = event("campaign:start", 0, campaignId=ONE, name="Three Evenings", totalDays=3, startDate=moment(0))

FIELDS = ("name", "newDay", "day", "currentDay", "totalDays", "status", "startDate", "endDate", "date", "timestamp")
DATES = ("2026-03-02", "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-W10-1", "soon")
ODD = st.one_of(
    st.sampled_from((*DATES, "ACTIVE", "completed", "7", "٣", "x" * 300)),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=True),
    st.booleans(),
    st.none(),
    st.just([]),
    st.just({"day": 1}),
)


def test_a_campaign_that_starts_is_told_and_gives_hope() -> None:
    fold = Fold().take(START)
    (appraisal,) = fold.appraisals
    (cue,) = appraisal.cues
    assert (cue.family, cue.rank, cue.subject, cue.cause) == ("stage_of_day", Rank.HIGH, ONE, START.id)
    assert appraisal.feelings == (Feeling("hope", 0.3),)
    stage = fold.stage()
    assert (stage.kind, stage.subject, stage.campaign, stage.title) == ("campaign", ONE, ONE, "Three Evenings")
    assert stage.is_open
    assert stage.slots == {"title": "Three Evenings", "day": 1, "days": 3}


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ({"day": 2}, 2),
        ({"currentDay": 2}, 2),
        ({"newDay": 2, "day": 1}, 2),
        ({"day": "2"}, 2),
        ({"newDay": "soon", "currentDay": 2}, 2),
        ({"date": moment(DAY)}, 2),
        ({}, 2),
        ({"day": True}, 2),
        ({"day": 0}, 2),
        ({"day": 1e300}, 2),
        ({"day": [], "date": "yesterday"}, 2),
    ],
)
def test_a_day_is_read_whatever_it_is_called_and_counted_where_it_is_not_said(said: dict[str, Any], day: int) -> None:
    change = event("campaign:day:change", DAY, campaignId=ONE, **said)
    fold = Fold().take(START, change)
    assert fold.stage().slots["day"] == day
    assert fold.causes() == [START.id, change.id]


def test_a_change_to_a_day_that_nobody_can_number_is_a_change_all_the_same() -> None:
    days = [
        event("campaign:day:change", at, id=ONE, **said) for at, said in ((0, {"day": 1}), (DAY, {}), (DAY + 1, {}))
    ]
    fold = Fold().take(*days)
    assert fold.causes() == [days[0].id, days[1].id]
    assert "day" not in fold.stage().slots


def test_each_change_is_told_once_and_repeats_are_silent() -> None:
    changes = [
        START,
        session("start", 10),
        session("pre_auction", 20),
        session("auction", 30),
        session("post_auction", 40),
        session("end", 50),
        event("campaign:day:change", DAY, campaignId=ONE, day=2),
        session("start", DAY + 10, "session-2"),
        event("campaign:end", 3 * DAY, campaignId=ONE),
    ]
    again = [each.model_copy(update={"id": f"{each.id} again", "timestamp": each.timestamp + 1}) for each in changes]
    fold = Fold().take(*(each for pair in zip(changes, again, strict=True) for each in pair))
    assert fold.causes() == [each.id for each in changes]


def test_an_older_event_changes_nothing_told() -> None:
    newer = [
        event("campaign:day:change", DAY, campaignId=ONE, day=2),
        session("auction", DAY + 5),
        event("campaign:update", DAY + 6, campaignId=ONE, status="ACTIVE", name="Three Evenings"),
    ]
    older = [
        event("campaign:day:change", 5, campaignId=ONE, day=1, totalDays=3),
        session("pre_auction", 6),
        event("campaign:update", 7, campaignId=ONE, status="SCHEDULED", name="Working title"),
    ]
    fold = Fold().take(*newer)
    before = dict(fold.stage().slots)
    told = len(fold.causes())
    fold.take(*older)
    assert fold.stage().slots == {**before, "days": 3}  # what nobody had said yet is learned, late or not
    assert len(fold.causes()) == told


def test_to_learn_how_things_stand_is_no_news_and_a_change_is() -> None:
    learned = event("campaign:update", 0, campaignId=ONE, name="Three Evenings", status="ACTIVE", currentDay=1)
    more = event("campaign:update", 5, campaignId=ONE, totalDays=3, currentDay=1)
    changed = event("campaign:update", DAY, campaignId=ONE, currentDay=2)
    over = event("campaign:update", 2 * DAY, campaignId=ONE, status="CANCELLED")
    fold = Fold().take(learned, more, changed, over)
    assert fold.causes() == [changed.id, over.id]
    assert not fold.stage().is_open


def test_a_new_day_begins_without_the_stage_of_the_day_before() -> None:
    fold = Fold().take(START, session("auction", 10), event("campaign:day:change", 20, campaignId=ONE, day=1))
    assert fold.stage().slots["stage"] == "auction"
    fold.take(session("end", 30), event("campaign:day:change", DAY, campaignId=ONE, day=2))
    assert "stage" not in fold.stage().slots
    assert fold.stage().is_open


def test_a_day_in_no_campaign_is_a_subject_of_its_own() -> None:
    fold = Fold().take(session("auction", 0, campaignId=None))
    stage = fold.stage()
    assert (stage.subject, stage.campaign, stage.title, stage.is_open) == ("session-1", None, "the auction day", True)
    assert not fold.take(session("end", 5, campaignId=None)).stage().is_open
    assert fold.records == []


def test_a_name_is_data_and_fit_to_be_said() -> None:
    fold = Fold().take(event("campaign:start", 0, campaignId=ONE, name="Three\u202e\nEvenings\x00" + "!" * 500))
    title = fold.stage().slots["title"]
    assert isinstance(title, str)
    assert title.startswith("Three Evenings !!!")
    assert len(title) == 80


@pytest.mark.parametrize("data", [{}, {"campaignId": "a:b"}, {"campaignId": 7}, {"id": ""}, {"name": "Nobody's"}])
def test_an_event_that_names_no_campaign_is_about_nothing(data: dict[str, Any]) -> None:
    assert UTC_CAMPAIGNS.parse(event("campaign:start", 0, **data)) is None


def test_a_campaign_lasts_in_its_row_with_no_more_than_was_said() -> None:
    fold = Fold().take(
        event("campaign:start", 0, campaignId=ONE, name="Three Evenings", startDate=moment(0), endDate="2026-03-05"),
        event("campaign:day:change", DAY, campaignId=ONE, day=2),
        event("campaign:end", 3 * DAY, campaignId=ONE),
        event("campaign:update", 5, campaignId=ONE, status="ACTIVE"),
    )
    started, ended = fold.records
    assert isinstance(started, Campaign)
    assert isinstance(ended, Campaign)
    assert (started.name, started.status, started.end_date) == ("Three Evenings", "ACTIVE", None)
    assert started.start_date is not None
    assert started.start_date.timestamp() == EPOCH
    assert (ended.name, ended.status, ended.start_date) == (None, "COMPLETED", None)


@pytest.mark.parametrize("number", range(1, 8))
def test_what_is_known_in_the_end_does_not_depend_on_the_order_of_arrival(number: int) -> None:
    happenings = [
        START,
        session("start", 10),
        session("auction", 30),
        session("end", 50),
        event("campaign:day:change", DAY, campaignId=ONE, day=2),
        session("start", DAY + 10, "session-2"),
        session("auction", DAY + 20, "session-2"),
    ][:number]
    slots = Fold().take(*happenings).stage().slots
    for seed in range(50):
        shuffled = random.Random(seed).sample([*happenings, *happenings], 2 * len(happenings))
        fold = Fold().take(*shuffled)
        assert fold.stage().slots == slots
        assert len(fold.causes()) <= len(happenings)


def test_the_projector_holds_a_campaign_beside_its_lots() -> None:
    projector = Projector(domains_in(UTC))
    step = projector.apply(START, 0.0)
    assert step is not None
    assert (step.stage.kind, step.stage.subject) == ("campaign", ONE)
    assert projector.stage(ONE, 1.0) == step.stage


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["campaign:start", "campaign:end", "campaign:day:change", "campaign:update"]),
            st.floats(-1e9, 2e9),
            st.dictionaries(st.sampled_from(FIELDS), ODD),
        ),
        max_size=5,
    )
)
def test_whatever_is_in_the_data_it_is_taken_in_and_can_be_told(told: list[tuple[str, float, dict[str, Any]]]) -> None:
    fold = Fold().take(*(event(kind, at, **{**data, "campaignId": ONE}) for kind, at, data in told))
    if fold.campaign is not None:
        assert fold.stage().slots.keys() <= {"title", "day", "days", "stage"}
    assert len(fold.causes()) <= len(told)
