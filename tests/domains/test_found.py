"""What the engine's keys say of a lot is one more event: it mends what was missed and never turns anything back."""

from dataclasses import replace
from decimal import Decimal

import pytest

from agent_runtime.core.domain import Rank
from agent_runtime.core.events import Envelope
from agent_runtime.core.lots import AuctionState, LotSnapshot
from agent_runtime.core.platform import Auction, Bid, User
from agent_runtime.domains.auction import AUCTION
from tests.domains.streams import EPOCH, LOT, Engine, Fold, keys_after


@pytest.fixture
def engine() -> Engine:
    return Engine()


def running(engine: Engine, **more: str) -> list[Envelope]:
    """A lot that has run for a minute, with two bids."""
    return [engine.start(**more), *engine.bid(10, "ada", "50"), *engine.bid(50, "bo", "60")]


def state(keys: LotSnapshot, **fields: object) -> LotSnapshot:
    """The keys with other fields in the lot's state."""
    assert keys.state is not None
    return replace(keys, state=keys.state.model_copy(update=fields))


def test_a_lot_nobody_heard_of_is_open_and_known_by_its_keys(engine: Engine) -> None:
    fold = Fold()
    meaning = fold.find(60, replace(keys_after(*running(engine)), title="Salt Ledger"))
    assert [(cue.family, cue.rank, cue.count) for cue in meaning.cues] == [("bid", Rank.LOW, 1)]
    stage = AUCTION.stage(fold.at(60), 60)
    assert (stage.is_open, stage.bid_count, stage.as_of, stage.title) == (True, 1, "bid-lot-1-bo-60", "Salt Ledger")
    facts = {"amount": "60", "next": "65", "bidder": "the_bo", "seconds": "3540"}
    assert fold.slots(60) == {"title": "Salt Ledger", "lot": "Salt Ledger", **facts}


def test_a_lot_that_has_just_begun_opens_once(engine: Engine) -> None:
    start, fold = engine.start(), Fold()
    assert [cue.family for cue in fold.find(5, keys_after(start)).cues] == ["open"]
    fold.take_at(5.1, start)
    assert fold.cues() == ["open"]
    assert fold.slots(6)["title"] == "Salt Ledger"  # only the event knows its name


def test_one_that_began_a_while_ago_does_not_open(engine: Engine) -> None:
    fold = Fold()
    assert fold.find(31, keys_after(engine.start())).cues == ()
    assert fold.at(31).is_open


def test_a_lot_that_is_scheduled_is_not_open(engine: Engine) -> None:
    fold = Fold()
    assert fold.find(0, state(keys_after(engine.start()), status="SCHEDULED")).cues == ()
    assert not fold.at(0).is_open


def test_what_is_known_already_changes_nothing(engine: Engine) -> None:
    events = [*running(engine), engine.timer(55, 3545)]
    fold = Fold().take(*events)
    before = fold.at(56)
    assert fold.find(56, keys_after(*events)).cues == ()
    assert fold.lot == before
    fold.find(56, keys_after(*events[:4], engine.timer(20, 3580)))
    assert fold.lot == before


@pytest.mark.parametrize("part", ["state", "price", "bid", "timer"])
def test_an_absent_part_changes_nothing(engine: Engine, part: str) -> None:
    events = [*running(engine), engine.timer(55, 3545)]
    fold = Fold().take(*events)
    before = fold.at(56)
    fold.find(56, replace(keys_after(*events), **{part: None}))
    assert fold.lot == before
    assert AUCTION.found(LotSnapshot(LOT), EPOCH) is None


def test_a_newer_price_and_leader_are_taken_over_and_told_once(engine: Engine) -> None:
    events = running(engine)
    fold = Fold().take(*events[:4])
    meaning = fold.find(51, keys_after(*events))
    assert [(cue.family, cue.count) for cue in meaning.cues] == [("new_bidder", 1)]
    assert fold.slots(51)["amount"] == "60"
    assert fold.slots(51)["bidder"] == "the_bo"
    for late in events[4:]:
        assert fold.take_at(51.5, late).cues == ()
    assert AUCTION.stage(fold.at(52), 52).bid_count == 2
    assert fold.slots(52)["bidder"] == "the_bo"


def test_several_bids_that_were_missed_are_no_jump_and_no_first_bid(engine: Engine) -> None:
    fold = Fold().take(engine.start())
    meaning = fold.find(60, keys_after(engine.start(), *engine.bid(10, "ada", "50"), *engine.bid(50, "bo", "900")))
    assert [cue.family for cue in meaning.cues] == ["bid"]


def test_a_reserve_that_was_met_meanwhile_is_told(engine: Engine) -> None:
    events = running(engine, reservePrice="55")
    fold = Fold().take(*events[:4])
    assert [cue.family for cue in fold.find(51, keys_after(*events)).cues] == ["new_bidder", "reserve_met"]


def test_a_newer_lower_price_is_a_correction(engine: Engine) -> None:
    events = running(engine)
    fold = Fold().take(*events)
    meaning = fold.find(70, keys_after(*events, engine.priced(65, "55")))
    assert [(cue.family, cue.rank) for cue in meaning.cues] == [("correction", Rank.CRITICAL)]
    assert fold.slots(70)["amount"] == "55"


def test_an_extension_that_was_missed_is_told(engine: Engine) -> None:
    events = running(engine)
    fold = Fold().take(*events, engine.timer(55, 20))
    meaning = fold.find(61, keys_after(*events, engine.timer(60, 45, extensions=1)))
    assert [cue.family for cue in meaning.cues] == ["extended"]
    assert fold.slots(61)["seconds"] == "44"


@pytest.mark.parametrize(("read_at", "seconds"), [(60, "30"), (70, "20"), (900, "0"), (59, "30"), (5e7, "30")])
def test_a_countdown_goes_on_by_the_clock_unless_it_is_another_clock(
    engine: Engine, read_at: float, seconds: str
) -> None:
    fold = Fold()
    fold.find(3, keys_after(engine.start(), engine.timer(60, 30)), read_at=read_at)
    assert fold.slots(3)["seconds"] == seconds


def test_without_a_countdown_the_end_is_the_one_announced(engine: Engine) -> None:
    fold = Fold()
    fold.find(3, keys_after(engine.start()), read_at=600)
    assert fold.slots(3)["seconds"] == "3000"
    recorded = Fold()
    recorded.find(3, keys_after(engine.start()), read_at=5e7)
    assert "seconds" not in recorded.slots(3)


OVER = [
    ({"status": "CANCELLED"}, {}, "cancelled"),
    ({"status": "SETTLED"}, {}, "sold"),
    ({"status": "ENDED"}, {}, "sold"),
    ({"status": "ENDED"}, {"reservePrice": "60"}, "sold"),
    ({"status": "ENDED"}, {"reservePrice": "61"}, "passed"),
]


@pytest.mark.parametrize(("fields", "start", "outcome"), OVER)
@pytest.mark.parametrize("was_known", [True, False])
def test_an_end_that_was_missed_is_one_outcome(
    engine: Engine, fields: dict[str, str], start: dict[str, str], outcome: str, was_known: bool
) -> None:
    events = running(engine, **start)
    fold = Fold().take(*events[: 4 if was_known else 0])
    over = state(keys_after(*events), **fields)
    assert [(cue.family, cue.rank) for cue in fold.find(70, over).cues] == [("outcome", Rank.CRITICAL)]
    assert AUCTION.stage(fold.at(71), 71).outcome == outcome
    if outcome == "sold":
        assert (fold.slots(71)["bidder"], fold.slots(71)["amount"]) == ("the_bo", "60")
    assert fold.find(72, over).cues == ()


@pytest.mark.parametrize("status", ["ENDED", "SETTLED"])
def test_without_any_bid_it_is_passed(engine: Engine, status: str) -> None:
    fold = Fold().take(engine.start())
    fold.find(70, state(keys_after(engine.start()), status=status))
    assert AUCTION.stage(fold.at(71), 71).outcome == "passed"


def test_an_end_that_comes_right_after_its_key_decides_and_is_not_told_twice(engine: Engine) -> None:
    events = running(engine)
    fold = Fold().take(*events)
    end = engine.end(70, "NO_BIDS")
    fold.find(70, keys_after(*events, end))
    assert AUCTION.stage(fold.at(70), 70).outcome is None
    fold.take_at(70.01, end)
    assert AUCTION.stage(fold.at(71), 71).outcome == "passed"
    fold.take_at(80, engine.end(70.1, "NO_BIDS"))
    assert fold.cues()[-2:] == ["outcome", "outcome"]  # both wait in one place: see the narrator's agenda
    assert len(fold.appraisals[-1].cues) == 0


def test_a_lot_that_was_sold_and_is_taken_back_is_a_correction(engine: Engine) -> None:
    events = [*running(engine), engine.end(70), engine.winner(70.2, "bo", "60")]
    fold = Fold().take(*events)
    meaning = fold.find(80, state(keys_after(*events), status="CANCELLED"))
    assert [cue.family for cue in meaning.cues] == ["correction"]
    assert fold.find(81, state(keys_after(*events), status="CANCELLED")).cues == ()


def test_an_old_state_opens_nothing_again_and_a_new_round_does(engine: Engine) -> None:
    events = running(engine)
    fold = Fold().take(*events, engine.end(70), engine.winner(70.2, "bo", "60"))
    assert fold.find(71, keys_after(*events)).cues == ()
    assert not fold.at(71).is_open
    again = engine.start(100)
    assert [cue.family for cue in fold.find(101, keys_after(*events, again)).cues] == ["open"]
    assert AUCTION.stage(fold.at(101), 101).bid_count == 0
    assert "amount" not in fold.slots(101)


@pytest.mark.parametrize("name", ["\u202e\u0000", "x" * 500, "http://evil.example/x"])
def test_a_name_in_the_keys_is_a_name_like_any_other(engine: Engine, name: str) -> None:
    keys = keys_after(*running(engine))
    assert keys.bid is not None
    fold = Fold()
    fold.find(60, replace(keys, bid=keys.bid.model_copy(update={"twitter_handle": name})))
    assert fold.slots(60)["bidder"] in {"a bidder", "x" * 40}


@pytest.mark.parametrize("bid", [{"id": "a:b"}, {"status": "REJECTED"}])
def test_a_bid_that_cannot_be_one_is_none(engine: Engine, bid: dict[str, str]) -> None:
    keys = keys_after(*running(engine))
    assert keys.bid is not None
    fold = Fold()
    fold.find(60, replace(keys, bid=keys.bid.model_copy(update=bid)))
    assert "bidder" not in fold.slots(60)


def test_where_bids_name_the_price_the_highest_one_of_the_keys_does(engine: Engine) -> None:
    quiet = [each for each in running(engine) if each.type != "auction:price:updated"]
    fold = Fold().take(*quiet[:3])
    assert fold.slots(11)["amount"] == "50"
    fold.find(60, keys_after(*quiet))
    assert (fold.slots(60)["amount"], fold.slots(60)["bidder"]) == ("60", "the_bo")


def test_a_maximum_that_was_taken_for_the_price_is_corrected_by_the_keys(engine: Engine) -> None:
    start, bid = engine.start(), engine.bid(10, "ada", "50", maximum="500")
    fold = Fold().take(start, *bid[:2])
    assert fold.slots(11)["amount"] == "500"
    assert [cue.family for cue in fold.find(12, keys_after(start, *bid)).cues] == ["correction"]
    assert fold.slots(12)["amount"] == "50"


def test_what_the_keys_told_lasts(engine: Engine) -> None:
    events = running(engine, campaignId="week")
    fold = Fold()
    fold.find(60, replace(keys_after(*events), title="Salt Ledger"))
    lot, campaign, work, user, bid = fold.records
    assert isinstance(lot, Auction) and isinstance(user, User) and isinstance(bid, Bid)
    assert (campaign.id, work.id, user.twitter_handle) == ("week", "item-1", "the_bo")
    assert (lot.status, lot.winning_bid_id, bid.status, bid.amount) == ("ACTIVE", None, "ACCEPTED", Decimal(60))
    fold.find(71, state(keys_after(*events), status="SETTLED"))
    lot, bid = fold.records[0], fold.records[-1]
    assert isinstance(lot, Auction) and isinstance(bid, Bid)
    assert (lot.status, lot.winning_bid_id, bid.status, bid.amount) == ("SETTLED", bid.id, "WINNING", Decimal(60))


def test_an_unreadable_id_is_never_kept() -> None:
    fold = Fold()
    fold.find(0, LotSnapshot(LOT, AuctionState(id=LOT, status="ACTIVE", campaign_id="a:b", art_item_id="\u0000")))
    (lot,) = fold.records
    assert isinstance(lot, Auction)
    assert (lot.campaign_id, lot.art_item_id) == (None, None)
