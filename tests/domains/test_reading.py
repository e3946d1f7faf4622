"""Reading auction events right: whose price it is, what is late, what is a correction, what belongs to which round."""

from decimal import Decimal
from itertools import permutations

import pytest

from agent_runtime.core.events import BadEvent, Envelope
from agent_runtime.core.money import Money
from agent_runtime.domains.auction import AUCTION
from tests.domains.streams import LOT, Engine, Fold


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_the_price_is_the_engines_and_never_a_bidders_maximum(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50", maximum="400"))
    stage = AUCTION.stage(fold.at(1.1), 1.1)
    assert stage.slots["amount"] == Money(Decimal(50), "USD")
    assert stage.slots["next"] == Money(Decimal(55), "USD")
    assert "400" not in str(stage)


def test_without_an_engine_that_names_prices_the_highest_accepted_bid_is_the_price(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.accepted(1, "b1", "ada", "50"))
    assert AUCTION.stage(fold.at(1), 1.0).settles_at == pytest.approx(1.25)
    assert fold.at(1).price.current is None
    assert fold.at(1.25).price.current == 50
    fold.take(engine.accepted(2, "b2", "bo", "40", leads=False), engine.accepted(3, "b3", "bo", "70"))
    assert fold.at(3).price.current == 70
    assert fold.at(3).bidding.count == 3


def test_a_bid_that_did_not_take_the_lead_leaves_the_leader(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(2, "bo", "60", leads=False))
    lot = fold.at(3)
    assert (lot.bidding.leader and lot.bidding.leader.name, lot.bidding.loser) == ("the_ada", None)
    assert lot.price.current == 60


def test_who_was_outbid_is_known_until_the_next_bid(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(2, "bo", "60"))
    assert fold.at(3).bidding.loser == "the_ada"
    fold.take(*engine.bid(3, "bo", "65"))
    assert fold.at(4).bidding.loser is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_bid_means_the_same_in_whichever_order_its_three_events_come(engine: Engine, order: tuple[int, ...]) -> None:
    fold = Fold().take(engine.start())
    parts = engine.bid(1, "ada", "50", maximum="80")
    for place in order:
        fold.take_at(1.1, parts[place])
    lot = fold.at(1.1)
    assert lot.bidding.leader is not None
    assert (lot.bidding.leader.name, lot.price.current, lot.bidding.count) == ("the_ada", 50, 1)
    assert lot.bidding.settles_at is None


def test_a_name_that_nobody_told_is_a_bidder(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.accepted(1, "b1", "ada", "50"))
    assert AUCTION.stage(fold.at(2), 2.0).slots["bidder"] == "a bidder"


def test_an_older_price_is_ignored_and_a_newer_lower_one_is_a_correction(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(2, "bo", "60"))
    assert fold.take_at(3, engine.priced(1.5, "55")).cues == ()
    assert fold.at(3).price.current == 60
    assert [cue.family for cue in fold.take_at(4, engine.priced(4, "45")).cues] == ["correction"]
    assert fold.at(5).price.current == 45


def test_a_price_repeated_under_another_id_means_nothing(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"))
    assert fold.take_at(1.2, engine.priced(1.06, "50")).cues == ()
    assert fold.take_at(1.3, engine.priced(1.06, "45")).cues == ()
    assert fold.at(2).price.current == 50


def test_a_bid_repeated_under_another_id_counts_once(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"))
    repeated = fold.take_at(1.3, engine.accepted(1.04, "bid-lot-1-ada-50", "ada", "50"))
    assert (repeated.cues, repeated.feelings) == ((), ())
    assert fold.at(2).bidding.count == 1


def test_the_engines_price_wins_over_bids_taken_for_the_price_and_is_then_a_correction(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.accepted(1, "b1", "ada", "400"))
    assert fold.at(1.3).price.current == 400
    meaning = fold.take_at(1.5, engine.priced(1.02, "50"))
    assert [cue.family for cue in meaning.cues] == ["correction"]
    assert fold.at(2).price.current == 50


def test_a_late_price_of_an_earlier_bid_does_not_lower_what_bids_have_said(engine: Engine) -> None:
    accepted = (engine.accepted(1, "b1", "ada", "50"), engine.accepted(9, "b2", "bo", "90"))
    fold = Fold().take(engine.start(), *accepted)
    fold.take_at(10, engine.priced(1.02, "50"))
    assert fold.at(11).price.current == 90


def test_bids_and_prices_after_the_end_change_nothing(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"), engine.end(5, "CANCELLED"))
    before, said = fold.at(6), len(fold.cues())
    fold.take(*engine.bid(6, "bo", "60"), engine.timer(7, 5))
    assert fold.at(8).price == before.price
    assert fold.at(8).bidding.count == 1
    assert len(fold.cues()) == said


def test_a_lot_whose_start_was_not_heard_is_followed_but_not_narrated(engine: Engine) -> None:
    fold = Fold().take(*engine.bid(1, "ada", "50"), engine.timer(2, 50))
    assert fold.cues() == []
    assert fold.feelings() == []
    assert fold.at(2).price.current == 50


def test_a_start_told_twice_opens_once(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"), engine.start(2, title="Another"))
    assert fold.cues().count("open") == 1
    assert fold.at(3).title == "Salt Ledger"


def test_a_lot_that_starts_again_begins_anew_and_hears_nothing_of_the_round_before(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"), engine.end(5, "NO_BIDS"), engine.start(20))
    assert fold.cues().count("open") == 2
    assert fold.at(21).price.current is None
    for stale in (*engine.bid(2, "bo", "60"), engine.end(6, "CANCELLED"), engine.winner(6, "bo", "60")):
        fold.take_at(22, stale)
    lot = fold.at(23)
    assert (lot.is_open, lot.price.current, lot.bidding.count) == (True, None, 0)
    fold.take(*engine.bid(24, "cy", "10"))
    assert fold.at(25).price.current == 10


def test_a_start_that_comes_after_its_outcome_tells_the_title_and_opens_nothing(engine: Engine) -> None:
    start, end = engine.start(), engine.end(5, "NO_BIDS")
    fold = Fold()
    fold.take_at(5, end)
    fold.take_at(6, start)
    stage = AUCTION.stage(fold.at(7), 7.0)
    assert (stage.is_open, stage.outcome, stage.title) == (False, "passed", "Salt Ledger")
    assert fold.cues() == ["outcome"]


def test_newer_engines_lot_names_mean_the_same(engine: Engine) -> None:
    started = engine.start()
    data = {**started.data, "lotId": LOT, "lotOrder": 3}
    del data["auctionId"]
    event = AUCTION.parse(started.model_copy(update={"type": "lot:start", "data": data}))
    assert (event.type, event.auction_id) == ("auction:start", LOT)
    assert {"lot:bid:placed", "lot:bid:accepted", "lot:bid:rejected", "lot:winner", "lot:end"} <= AUCTION.types.keys()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", "", 1e30])
def test_a_date_outside_the_calendar_is_bad_data(engine: Engine, moment: object) -> None:
    with pytest.raises(BadEvent) as caught:
        AUCTION.parse(engine.start(endTime=moment))
    assert caught.value.reason == "bad_data"
    assert caught.value.detail.startswith("endTime")


def test_a_date_without_a_zone_is_utc(engine: Engine) -> None:
    naive = engine.priced(5, "10")
    data = {**naive.data, "timestamp": naive.data["timestamp"].removesuffix("Z")}
    assert AUCTION.parse(naive.model_copy(update={"data": data})) == AUCTION.parse(naive)


def test_a_nonsense_date_of_its_own_gives_way_to_the_envelopes(engine: Engine) -> None:
    price = engine.priced(5, "10")
    odd = price.model_copy(update={"data": {**price.data, "timestamp": "0001-01-01T00:00:00+14:00"}})
    assert AUCTION.parse(odd).at == pytest.approx(price.timestamp / 1000)


def test_a_late_countdown_is_ignored(engine: Engine) -> None:
    fold = Fold().take(engine.start(), engine.timer(10, 50), engine.timer(15, 45))
    fold.take_at(16, engine.timer(5, 55))
    assert AUCTION.stage(fold.at(16), 16.0).slots["seconds"] == 44


def test_names_are_kept_within_bounds(engine: Engine) -> None:
    fold = Fold().take(engine.start())
    crowd: list[Envelope] = [engine.placed(1, f"b{n}", f"user-{n}", "10") for n in range(2000)]
    fold.take(*crowd)
    assert 200 <= len(fold.at(2).bidding.names) <= 500
    assert "user-1999" in fold.at(2).bidding.names
