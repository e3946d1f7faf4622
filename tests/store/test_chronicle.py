"""What the records tell of the past: lots that are over with their numbers, who bids, how works are called."""

from datetime import timedelta
from typing import Any

from agent_runtime.core.memory import PastLot
from agent_runtime.core.money import Money
from agent_runtime.core.platform import ArtItem, Auction
from agent_runtime.store.database import Database
from tests.store.platform_values import TIMES, auction, bid, user
from tests.store.values import NOON


def lot(name: str, minute: int, **values: Any) -> Auction:
    """A lot of the campaign `week`, ended a minute after its start."""
    start = NOON + timedelta(minutes=minute)
    times = {"start_time": start, "end_time": start + timedelta(minutes=1)}
    usual = {"id": name, "status": "ENDED", "campaign_id": "week", "art_item_id": f"work-{name}", "currency": "USD"}
    return auction(**{**usual, **times, **values})


def work(name: str, title: str) -> ArtItem:
    return ArtItem(id=f"work-{name}", name=title, **TIMES)


async def test_lots_that_are_over_are_told_newest_first_with_their_places(database: Database) -> None:
    ann, bo = user(name="Ann\u202e Lee"), user(twitter_handle="bo", name=None)
    won = [
        bid("a", status="WINNING", amount="250", currency="USD", user_id=ann.id),
        bid("d", status="WINNING", amount="0.136", currency="ETH", user_id=bo.id),
    ]
    await database.records.upsert(
        [
            *(ann, bo, *won, work("a", "Blue\nHeron"), work("b", "Salt"), work("d", "Fog")),
            lot("a", 1, winning_bid_id=won[0].id),
            lot("b", 2),
            lot("c", 3, status="CANCELLED"),
            lot("running", 4, status="ACTIVE"),
            lot("d", 5, status="SETTLED", winning_bid_id=won[1].id, currency="ETH"),
            lot("to come", 6, status="SCHEDULED"),
        ]
    )
    past = await database.chronicle.past_lots(campaign_id="week")
    common = {"campaign_id": "week"}
    ended = {each: NOON + timedelta(minutes=each) for each in range(9)}
    assert past == (
        PastLot(
            auction_id="d", number=5, title="Fog", outcome="sold", bidder="bo", ended_at=ended[6],
            amount=Money(won[1].amount or 0, "ETH"), **common,
        ),
        PastLot(auction_id="c", number=3, title="Lot 3", outcome="cancelled", ended_at=ended[4], **common),
        PastLot(auction_id="b", number=2, title="Salt", outcome="passed", ended_at=ended[3], **common),
        PastLot(
            auction_id="a", number=1, title="Blue Heron", outcome="sold", bidder="Ann Lee", ended_at=ended[2],
            amount=Money(won[0].amount or 0, "USD"), **common,
        ),
    )  # fmt: skip
    assert await database.chronicle.past_lots(campaign_id="week", limit=2) == past[:2]
    assert await database.chronicle.past_lots() == past


async def test_places_are_counted_in_each_campaign_and_among_lots_of_none(database: Database) -> None:
    await database.records.upsert(
        [
            lot("a", 1),
            lot("b", 2, campaign_id="other"),
            lot("c", 3, campaign_id=None),
            lot("d", 3, campaign_id=None, status="ACTIVE"),
            lot("e", 3, campaign_id=None),
            lot("f", 6),
        ]
    )
    past = await database.chronicle.past_lots()
    assert [(each.auction_id, each.number) for each in past] == [("f", 2), ("e", 3), ("c", 1), ("b", 1), ("a", 1)]
    assert [each.auction_id for each in await database.chronicle.past_lots(campaign_id="other")] == ["b"]
    for nothing in ("", "nowhere", "a\0b"):
        assert await database.chronicle.past_lots(campaign_id=nothing) == ()
    assert await database.chronicle.past_lots(limit=0) == ()


async def test_what_is_not_known_of_a_lot_is_not_told(database: Database) -> None:
    shy = user(name="\u200b", twitter_handle="http://example.com")
    await database.records.upsert(
        [
            auction(id="bare", status="ENDED", winning_bid_id="unheard"),
            shy,
            bid("shy", id="of shy", user_id=shy.id, amount=None, status="WINNING"),
            lot("shy", 1, winning_bid_id="of shy"),
            bid("off", id="of off", status="WINNING"),
            lot("off", 2, status="CANCELLED", winning_bid_id="of off"),
        ]
    )
    off, its, bare = await database.chronicle.past_lots()
    assert (off.outcome, off.bidder, off.amount) == ("cancelled", None, None)
    assert (its.outcome, its.bidder, its.amount) == ("sold", None, None)
    assert bare == PastLot(auction_id="bare", number=1, title="Lot 1", outcome="sold")


async def test_a_price_is_told_in_the_currency_that_somebody_said(database: Database) -> None:
    await database.records.upsert(
        [
            bid("a", id="1", amount="5", status="WINNING"),
            lot("a", 1, winning_bid_id="1"),
            bid("b", id="2", amount="5", currency="EUR", status="WINNING"),
            lot("b", 2, winning_bid_id="2", currency=None),
        ]
    )
    told = [each.amount.currency for each in await database.chronicle.past_lots() if each.amount]
    assert told == ["EUR", "USD"]
    winners = [await database.auctions.winner(name) for name in "ba"]
    assert [each.currency for each in winners if each] == told


async def test_regulars_are_those_who_bid_the_newest_first_up_to_the_limit(database: Database) -> None:
    moments = [{"created_at": NOON + timedelta(seconds=n)} for n in range(6)]
    who = ["ann", "bo", "ann", "cy", "dee", "eve"]
    refused = {"eve": {"status": "REJECTED"}}
    await database.bids.upsert(
        [bid(f"lot-{n}", user_id=name, **moments[n], **refused.get(name, {})) for n, name in enumerate(who)]
        + [bid("lot", user_id=None)]
    )
    assert await database.chronicle.regulars() == {"ann", "bo", "cy", "dee"}
    assert await database.chronicle.regulars(2) == {"dee", "cy"}
    assert await database.chronicle.regulars(0) == frozenset()


async def test_titles_are_given_where_they_are_known(database: Database) -> None:
    await database.records.upsert(
        [lot("a", 1), lot("b", 2), lot("c", 3), work("a", "Blue\tHeron " + "x" * 100), work("b", "\u200b")]
    )
    titles = await database.chronicle.titles(["a", "b", "c", "nowhere", "a\0b"])
    assert titles == {"a": ("Blue Heron " + "x" * 100)[:80]}
    assert await database.chronicle.titles([]) == {}
