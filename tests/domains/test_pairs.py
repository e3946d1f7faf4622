"""A price is never shown with a bidder it does not belong to, whichever of the two was lost."""

from dataclasses import replace

import pytest

from agent_runtime.core.events import Envelope
from tests.domains.streams import Engine, Fold, keys_after

FACTS = ("amount", "next", "bidder", "loser")


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def fold(engine: Engine) -> Fold:
    """A lot that ada leads at 50, of an engine that names its prices."""
    return Fold().take(engine.start(), *engine.bid(1, "ada", "50"))


def facts(fold: Fold, now: float) -> dict[str, str]:
    return {name: text for name, text in fold.slots(now).items() if name in FACTS}


def of(bid: list[Envelope], *kinds: str) -> list[Envelope]:
    return [each for each in bid if each.type.rpartition(":")[2] in kinds]


WHOLE = {"amount": "60", "next": "65", "bidder": "the_bo", "loser": "the_ada"}
PRICE_LOST = {"bidder": "the_bo", "loser": "the_ada"}
BID_LOST = {"amount": "60", "next": "65"}


def test_a_bid_and_its_price_are_shown_together_in_either_order(engine: Engine, fold: Fold) -> None:
    placed, accepted, priced = engine.bid(2, "bo", "60")
    assert facts(fold.take(placed, accepted, priced), 2.1) == WHOLE
    placed, accepted, priced = engine.bid(3, "ada", "70")
    fold.take_at(3.01, priced)
    fold.take_at(3.05, accepted)
    assert facts(fold, 3.1) == {"amount": "70", "next": "75", "bidder": "the_ada", "loser": "the_bo"}


def test_a_new_leader_is_not_shown_with_the_old_price(engine: Engine, fold: Fold) -> None:
    fold.take(*of(engine.bid(2, "bo", "60"), "placed", "accepted"))
    for now in (2.05, 3.0, 60.0):
        assert facts(fold, now) == PRICE_LOST


def test_a_leader_who_bids_again_keeps_the_price(engine: Engine, fold: Fold) -> None:
    fold.take(*of(engine.bid(2, "ada", "50", maximum="80"), "placed", "accepted"))
    assert facts(fold, 3) == {"amount": "50", "next": "55", "bidder": "the_ada"}


def test_a_higher_price_is_not_shown_with_the_old_leader(engine: Engine, fold: Fold) -> None:
    fold.take(*of(engine.bid(2, "bo", "60"), "updated"))
    for now in (2.1, 3.0, 60.0):
        assert facts(fold, now) == BID_LOST


def test_a_price_that_is_corrected_or_repeated_keeps_its_bidder(engine: Engine, fold: Fold) -> None:
    fold.take(engine.priced(2, "45"))
    assert facts(fold, 3) == {"amount": "45", "next": "50", "bidder": "the_ada"}
    fold.take(engine.priced(4, "45"))
    assert facts(fold, 5) == {"amount": "45", "next": "50", "bidder": "the_ada"}


@pytest.mark.parametrize("lost", ["updated", "accepted"])
def test_the_next_whole_bid_mends_it(engine: Engine, fold: Fold, lost: str) -> None:
    kinds = {"placed", "accepted", "updated"} - {lost}
    fold.take(*of(engine.bid(2, "bo", "60"), *kinds), *engine.bid(5, "cy", "70"))
    assert facts(fold, 6)["amount"] == "70"
    assert facts(fold, 6)["bidder"] == "the_cy"


@pytest.mark.parametrize("late", ["updated", "accepted"])
def test_the_other_half_mends_it_however_late_it_comes(engine: Engine, fold: Fold, late: str) -> None:
    bid = engine.bid(2, "bo", "60")
    fold.take(*(each for each in bid if each not in of(bid, late)))
    assert facts(fold, 3) in (PRICE_LOST, BID_LOST)
    fold.take_at(9.0, of(bid, late)[0])
    assert facts(fold, 10) == WHOLE


def test_a_price_raised_by_a_bid_that_did_not_lead_keeps_its_leader(engine: Engine, fold: Fold) -> None:
    placed, accepted, priced = engine.bid(2, "bo", "55", leads=False)
    fold.take(placed, priced)
    assert facts(fold, 3) == {"amount": "55", "next": "60"}
    fold.take_at(4, accepted)
    assert facts(fold, 5) == {"amount": "55", "next": "60", "bidder": "the_ada"}


def test_two_bids_for_one_price_are_a_pair_when_it_follows_the_last(engine: Engine, fold: Fold) -> None:
    bo, cy = engine.bid(2, "bo", "60"), engine.bid(2.1, "cy", "65")
    fold.take(*bo[:2], *cy)
    assert facts(fold, 3) == {"amount": "65", "next": "70", "bidder": "the_cy", "loser": "the_bo"}


def test_an_engine_that_names_no_price_has_no_pairs(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50")[:2], *engine.bid(5, "bo", "60")[:2])
    assert facts(fold, 6) == {"amount": "60", "next": "65", "bidder": "the_bo", "loser": "the_ada"}


def test_a_sale_is_not_told_at_the_price_of_another_bid(engine: Engine, fold: Fold) -> None:
    fold.take(*of(engine.bid(2, "bo", "60"), "placed", "accepted"))
    fold.take(engine.end(10, winningBidId="bid-lot-1-bo-60"))
    assert facts(fold, 11) == {"bidder": "the_bo"}


@pytest.mark.parametrize("lost", ["updated", "accepted"])
def test_the_keys_mend_a_pair_that_was_torn_on_its_way(engine: Engine, lost: str) -> None:
    events = [engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(2, "bo", "60")]
    fold = Fold().take(*events[:4], *(each for each in events[4:] if not each.type.endswith(lost)))
    fold.find(4, keys_after(*events))
    assert facts(fold, 4) == WHOLE


def test_keys_that_were_written_by_halves_are_shown_by_halves_until_they_are_read_again(engine: Engine) -> None:
    before, after = engine.bid(1, "ada", "50"), engine.bid(2, "bo", "60")
    start = engine.start()
    old, new = keys_after(start, *before), keys_after(start, *before, *after)
    fold = Fold()
    fold.find(1.5, old)
    fold.find(2.1, replace(new, price=old.price))
    assert facts(fold, 2.1) == PRICE_LOST
    fold.find(4.1, new)
    assert facts(fold, 4.1) == WHOLE
    other = Fold()
    other.find(1.5, old)
    other.find(2.1, replace(new, bid=old.bid))
    assert facts(other, 2.1) == BID_LOST
    other.find(4.1, new)
    assert facts(other, 4.1) == WHOLE


def test_the_same_pair_read_twice_is_believed(engine: Engine) -> None:
    old = keys_after(engine.start(), *engine.bid(1, "ada", "50"))
    new = keys_after(engine.start(), *engine.bid(2, "bo", "60"))
    fold = Fold()
    fold.find(1.5, old)
    for now in (3.0, 5.0):
        fold.find(now, replace(new, price=old.price))
    assert facts(fold, 5) == {"amount": "50", "next": "55", "bidder": "the_bo", "loser": "the_ada"}


def test_events_on_their_way_while_the_keys_are_read_unsettle_nothing(engine: Engine) -> None:
    events = [engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(2, "bo", "60")]
    for number in range(4, 7):
        fold = Fold().take(*events[:number])
        fold.find(2.07, keys_after(*events))
        for late in events[number:]:
            fold.take_at(2.08, late)
        assert facts(fold, 2.09) == facts(fold, 3) == WHOLE
