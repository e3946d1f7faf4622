"""What lasts of auction events: each tells its rows no more than it knows."""

from datetime import timedelta
from typing import Any

from agent_runtime.core.clock import utc
from agent_runtime.core.events import Envelope
from agent_runtime.core.platform import ArtItem, Auction, Bid, Campaign, Record, User
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.auction.lot import Lot
from agent_runtime.domains.auction.records import records
from tests.domains.streams import EPOCH, LOT, Engine, Fold


def told(*envelopes: Envelope) -> tuple[Record, ...]:
    """The records of the last envelope, after the others."""
    fold = Fold().take(*envelopes)
    assert fold.lot is not None
    return records(AUCTION.parse(envelopes[-1]), fold.lot)


def facts(record: Record) -> dict[str, Any]:
    """What a record knows, besides its times."""
    return record.model_dump(exclude_none=True, exclude={"created_at", "updated_at"})


def test_a_start_tells_of_the_lot_its_work_and_its_campaign() -> None:
    start = Engine().start(campaignId="week", reservePrice="20")
    lot, campaign, work = told(start)
    assert isinstance(lot, Auction) and isinstance(campaign, Campaign) and isinstance(work, ArtItem)
    assert facts(campaign) == {"id": "week"}
    assert facts(work) == {"id": "item-1", "name": "Salt Ledger"}
    assert facts(lot) == {
        "id": LOT,
        "start_time": utc(EPOCH),
        "end_time": utc(EPOCH + 3600),
        "reserve_price": "20",
        "min_bid_increment": "5",
        "currency": "USD",
        "status": "ACTIVE",
        "campaign_id": "week",
        "art_item_id": "item-1",
    }
    assert lot.created_at == lot.updated_at == utc(EPOCH)


def test_a_start_without_work_or_campaign_tells_of_the_lot_alone() -> None:
    assert len(told(Engine().start(artItemId=None))) == 1


def test_a_bid_is_told_of_in_steps() -> None:
    engine = Engine()
    start, placed = engine.start(), engine.placed(1, "b", "ada", "20")
    user, pending = told(start, placed)
    assert isinstance(user, User)
    assert facts(user) == {"id": "ada", "twitter_handle": "the_ada"}
    about = {"id": "b", "auction_id": LOT, "user_id": "ada", "amount": "20", "currency": "USD"}
    assert facts(pending) == {**about, "status": "PENDING"}
    (accepted,) = told(start, placed, engine.accepted(1.04, "b", "ada", "20"))
    assert facts(accepted) == {**about, "status": "ACCEPTED"}
    refusal = {"bidId": "b", "userId": "ada", "amount": "20", "reason": "TOO_LOW"}
    (rejected,) = told(start, engine.event("bid:rejected", 2, **refusal))
    assert facts(rejected) == {**about, "status": "REJECTED"}


def test_a_bid_whose_currency_nobody_said_has_none() -> None:
    (accepted,) = told(Engine().accepted(1, "b", "ada", "20"))
    assert isinstance(accepted, Bid)
    assert accepted.currency is None


def test_an_end_and_its_winner_tell_the_same_outcome() -> None:
    engine = Engine()
    start, bid = engine.start(), engine.bid(1, "ada", "20", maximum="90")
    end = engine.end(10, winningBidId=f"bid-{LOT}-ada-20", finalPrice="20")
    winner = engine.winner(10.2, "ada", "20")
    outcome = {"id": LOT, "currency": "USD", "status": "ENDED", "winning_bid_id": f"bid-{LOT}-ada-20"}
    won = {"id": f"bid-{LOT}-ada-20", "auction_id": LOT, "amount": "20", "currency": "USD", "status": "WINNING"}
    lot, offer = told(start, *bid, end)
    assert facts(lot) == {**outcome, "end_time": utc(EPOCH + 10)}
    assert facts(offer) == won
    lot, user, offer = told(start, *bid, end, winner)
    assert facts(lot) == {**outcome, "end_time": utc(EPOCH + 10.2)}
    assert facts(user) == {"id": "ada", "twitter_handle": "the_ada"}
    assert facts(offer) == {**won, "user_id": "ada"}


def test_an_end_that_names_no_price_is_kept_with_the_price_that_is_told_and_never_with_a_maximum() -> None:
    engine = Engine()
    end = engine.end(10, winningBidId=f"bid-{LOT}-ada-20")
    _, offer = told(engine.start(), *engine.bid(1, "ada", "20", maximum="90"), end)
    assert facts(offer)["amount"] == "20"


def test_a_lot_that_passes_or_is_cancelled_has_no_winning_bid() -> None:
    engine = Engine()
    for status, kept in (("NO_BIDS", "ENDED"), ("CANCELLED", "CANCELLED")):
        (lot,) = told(engine.start(), engine.end(5, status, winningBidId="b"))
        assert isinstance(lot, Auction)
        assert (lot.status, lot.winning_bid_id) == (kept, None)


def test_more_time_is_a_later_end() -> None:
    engine = Engine()
    (lot,) = told(engine.start(), engine.timer(5, 30, extensions=1))
    assert isinstance(lot, Auction) and lot.end_time == utc(EPOCH + 5) + timedelta(seconds=30)
    until = {"extendedEndTime": "2026-01-02T00:00:00Z"}
    (lot,) = told(engine.start(), engine.event("extended", 5, **until))
    assert isinstance(lot, Auction) and lot.end_time is not None and lot.end_time.day == 2
    assert told(engine.start(), engine.timer(5, 30)) == ()
    assert told(engine.start(), engine.event("extended", 5)) == ()
    assert told(engine.start(), engine.priced(5, "20")) == ()


def test_a_name_that_cannot_be_said_is_nobodys_handle() -> None:
    placed = Engine().event("bid:placed", 1, bidId="b", userId="ada", amount="5", twitterHandle="\u202e \x00")
    user, _ = told(placed)
    assert facts(user) == {"id": "ada"}


def test_what_is_older_than_the_round_that_runs_is_not_kept() -> None:
    event = AUCTION.parse(Engine().placed(1, "b", "ada", "20"))
    assert records(event, Lot(id=LOT, reopened_at=EPOCH + 2)) == ()


def test_a_moment_after_every_calendar_is_brought_into_it_and_one_before_ours_is_not_kept() -> None:
    about: dict[str, Any] = {"timeRemaining": 9e9, "isExtended": True}
    (lot,) = told(Engine().event("timer:updated", 1, timestamp="9999-12-30T00:00:00Z", **about))
    assert lot.created_at.year == 2100
    assert told(Engine().event("timer:updated", 1, timestamp="1960-12-30T00:00:00Z", **about)) == ()
