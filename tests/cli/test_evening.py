"""What a simulated evening is made of: works and people of the small world, stages of the day, questions."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from agent_runtime.cli.evening import Evening, around, evening
from agent_runtime.cli.world import world
from agent_runtime.core.platform import ArtItem, Auction, Campaign, User
from agent_runtime.domains import DOMAINS
from agent_runtime.domains.auction.simulation import envelope_of, happenings

BEGAN = datetime(2026, 11, 21, 10, tzinfo=UTC)
WORLD = {record.id: record for record in world()}


def an_evening(seed: str = "0", **more: Any) -> Evening:
    return evening(BEGAN, **{"seed": seed, "lots": 3, "lot_seconds": 40.0, "asked": "vesper", **more})


def test_what_is_sold_and_who_bids_and_the_campaign_are_the_worlds() -> None:
    show = an_evening().show
    for happening in happenings(show):
        match happening.type:
            case "auction:start":
                assert isinstance(item := WORLD[happening.data["artItemId"]], ArtItem)
                assert item.name == happening.data["artItemName"]
                assert isinstance(WORLD[happening.data["campaignId"]], Campaign)
            case "auction:bid:placed":
                assert isinstance(user := WORLD[happening.data["userId"]], User)
                assert user.twitter_handle == happening.data["twitterHandle"]


def test_works_that_nobody_has_won_come_first_and_the_next_evening_goes_on_with_the_others() -> None:
    won = {lot.art_item_id for lot in WORLD.values() if isinstance(lot, Auction) and lot.winning_bid_id}
    first, second, third = ([work.item_id for work in an_evening(number=number).show.works[:3]] for number in range(3))
    assert not won & set(first)
    assert set(second) == won
    assert third == first


def test_what_happens_beside_the_lots_is_well_formed_in_order_and_the_same_for_its_seed() -> None:
    one = an_evening(lots=20)
    events = [envelope_of(each, one.show, f"beside {number}") for number, each in enumerate(around(one))]
    again = an_evening(lots=20)
    assert events == [envelope_of(each, again.show, f"beside {number}") for number, each in enumerate(around(again))]
    assert all(first.timestamp <= second.timestamp for first, second in pairwise(events))
    domains = {kind: domain for domain in DOMAINS for kind in domain.types}
    for event in events:
        domains[event.type].parse(event)
    kinds = [event.type for event in events]
    assert (kinds[:2], kinds[-1]) == (["campaign:day:change", "session:auction"], "session:end")
    assert set(kinds[2:-1]) == {"agent:interaction"}
    assert events[0].data["day"] == events[0].data["totalDays"] == 3


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_questions_are_few_and_come_while_a_lot_is_open(seed: str) -> None:
    one = an_evening(seed, lots=10)
    opened = [each.at for each in happenings(one.show) if each.type == "auction:start"]
    ended = [each.at for each in happenings(one.show) if each.type == "auction:end"]
    questions = [each for each in around(one) if each.type == "agent:interaction"]
    assert 5 <= len(questions) <= 20
    for question in questions:
        assert any(start + 5 < question.at < end - 5 for start, end in zip(opened, ended, strict=True))
        assert (question.data["agentId"], question.data["type"]) == ("vesper", "QUESTION")


def test_an_audience_that_is_not_wanted_asks_nothing() -> None:
    assert [each.type for each in around(an_evening(asked=None))] == [
        "campaign:day:change", "session:auction", "session:end",
    ]  # fmt: skip


def test_another_currency_has_amounts_of_its_size() -> None:
    ether, dollars = (
        [
            each.data["reservePrice"]
            for each in happenings(an_evening(currency=currency).show)
            if each.type == "auction:start"
        ]
        for currency in ("ETH", "USD")
    )
    assert [float(amount) * 1000 for amount in ether] == pytest.approx([float(amount) for amount in dollars])
