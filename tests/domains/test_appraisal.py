"""What events mean: each emotion of the mood's table arises from its event, in its strength."""

from decimal import Decimal
from math import exp, log2

import pytest

from agent_runtime.core.domain import Appraisal, Feeling, Rank
from agent_runtime.core.money import Money
from agent_runtime.domains.auction import AUCTION
from tests.domains.streams import Engine, Fold


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def opened(engine: Engine) -> Fold:
    return Fold().take(engine.start())


def felt(meaning: Appraisal) -> dict[str, float]:
    return {feeling.emotion: feeling.intensity for feeling in meaning.feelings}


def test_an_opening_is_hope(opened: Fold) -> None:
    assert opened.appraisals[0].feelings == (Feeling("hope", 0.3),)
    assert opened.appraisals[0].cues[0].rank is Rank.HIGH


def test_a_bid_placed_is_excitement_and_one_accepted_is_joy(engine: Engine, opened: Fold) -> None:
    opened.take(*engine.bid(1, "ada", "50"))
    placed, accepted, priced = opened.appraisals[1:]
    assert felt(placed) == {"excitement": pytest.approx(0.3)}
    assert 0.2 <= felt(accepted)["joy"] <= 0.3
    assert felt(priced) == {}


def test_a_placed_bid_is_felt_but_never_told(engine: Engine, opened: Fold) -> None:
    assert opened.take(engine.placed(1, "b", "ada", "50")).appraisals[-1].cues == ()


def test_bids_move_less_as_they_repeat(engine: Engine, opened: Fold) -> None:
    for number in range(20):
        opened.take(*engine.bid(1 + number * 0.1, "ada", str(50 + 5 * number)))
    joys = [felt(meaning)["joy"] for meaning in opened.appraisals if "joy" in felt(meaning)]
    assert joys[-1] < joys[1] < 0.3
    assert joys == sorted(joys, reverse=True)


@pytest.mark.parametrize("price", ["150", "300", "9000"])
def test_a_jump_is_admiration_by_how_far_it_went(engine: Engine, opened: Fold, price: str) -> None:
    opened.take(*engine.bid(1, "ada", "100"), *engine.bid(20, "bo", price))
    ratio = float(price) / 105
    assert felt(opened.appraisals[-1]) == {"admiration": pytest.approx(min(1.0, log2(ratio)))}
    cue = opened.appraisals[-1].cues[0]
    assert (cue.family, cue.rank, cue.jump) == ("jump", Rank.MEDIUM, pytest.approx(min(1.0, log2(ratio))))


def test_one_step_up_is_no_jump(engine: Engine, opened: Fold) -> None:
    opened.take(*engine.bid(1, "ada", "100"), *engine.bid(20, "bo", "105"))
    assert "admiration" not in opened.feelings()


def test_a_reserve_that_is_met_is_relief_once(engine: Engine) -> None:
    fold = Fold().take(engine.start(reservePrice="60"))
    fold.take(*engine.bid(1, "ada", "50"), *engine.bid(20, "bo", "60"), *engine.bid(40, "ada", "65"))
    assert fold.feelings().count("relief") == 1
    assert fold.cues().count("reserve_met") == 1
    assert "relief" in felt(fold.appraisals[6])


def test_a_clock_that_runs_below_the_reserve_is_fear_growing_with_urgency(engine: Engine) -> None:
    fold = Fold().take(engine.start(reservePrice="60"), *engine.bid(1, "ada", "50"))
    for second in (60.0, 24.0, 6.0):
        meaning = fold.take_at(100 - second, engine.timer(100 - second, second))
        assert felt(meaning) == {"fear": pytest.approx(0.25 * exp(-second / 12))}
    fold.take(*engine.bid(95, "bo", "70"))
    assert felt(fold.take_at(97, engine.timer(97, 3))) == {}


def test_a_sale_as_expected_is_satisfaction(engine: Engine, opened: Fold) -> None:
    opened.take(*engine.bid(1, "ada", "50"), engine.winner(10, "ada", "50"))
    assert felt(opened.appraisals[-1]) == {"satisfaction": 0.4}


def test_a_sale_far_above_expectation_is_gratification_too(engine: Engine, opened: Fold) -> None:
    opened.take(*engine.bid(1, "ada", "50"), *engine.bid(2, "bo", "150"), engine.winner(10, "bo", "150"))
    assert felt(opened.appraisals[-1]) == {"satisfaction": 0.4, "gratification": 1.0}


def test_a_lot_that_found_nobody_is_disappointment_and_its_verdict_is_felt_once(engine: Engine, opened: Fold) -> None:
    opened.take(engine.end(10, "NO_BIDS"), engine.end(11, "NO_BIDS"))
    assert felt(opened.appraisals[-2]) == {"disappointment": 0.8}
    assert felt(opened.appraisals[-1]) == {}


def test_end_and_winner_together_are_felt_once(engine: Engine, opened: Fold) -> None:
    opened.take(*engine.bid(1, "ada", "50"))
    opened.take(engine.end(10, winningBidId="bid-lot-1-ada-50", finalPrice="50"), engine.winner(10.2, "ada", "50"))
    assert opened.feelings().count("satisfaction") == 1


def test_a_rejected_bid_is_reproach_and_a_word_to_its_bidder_without_a_reason(engine: Engine, opened: Fold) -> None:
    rejected = {"bidId": "b9", "userId": "ada", "amount": "40", "reason": "TOO_LOW"}
    opened.take(engine.event("bid:rejected", 1, **rejected))
    assert felt(opened.appraisals[-1]) == {"reproach": 0.5}
    (cue,) = opened.appraisals[-1].cues
    assert (cue.family, cue.rank, cue.slots) == ("rejected", Rank.COLOUR, {"bidder": "a bidder"})
    opened.take(engine.end(2, "NO_BIDS"), engine.event("bid:rejected", 3, **{**rejected, "reason": "AUCTION_ENDED"}))
    assert opened.appraisals[-1].cues == ()
    assert opened.at(2).bidding.count == 0


def test_the_first_bid_a_new_bidder_and_a_duel_have_words_of_their_own(engine: Engine, opened: Fold) -> None:
    for number, user in enumerate(("ada", "bo", "ada", "bo", "ada", "bo", "ada")):
        opened.take(*engine.bid(1 + 20 * number, user, str(100 + 5 * number)))
    told = [meaning.cues[0].family for meaning in opened.appraisals[2::3]]
    assert told == ["first_bid", "new_bidder", "bid", "bid", "bid", "race", "race"]


def test_a_milestone_is_a_round_amount_that_was_passed_never_one_above_the_price(engine: Engine) -> None:
    fold = Fold().take(engine.start(minBidIncrement="1"))
    for number, price in enumerate(("90", "99", "104", "480", "560", "900", "960", "1040")):
        fold.take(*engine.bid(1 + 60 * number, "ada", price))
    reached = [cue.milestone for meaning in fold.appraisals for cue in meaning.cues if cue.milestone]
    assert reached == [Money(Decimal(mark), "USD") for mark in (100, 500, 1000)]


def test_tension_is_pace_rivalry_and_urgency(engine: Engine, opened: Fold) -> None:
    for number in range(6):
        opened.take(*engine.bid(1 + number, ("ada", "bo")[number % 2], str(100 + 5 * number)))
    opened.take(engine.timer(7, 12))
    tension = AUCTION.stage(opened.at(7), 7.0).tension
    assert (tension.rivalry, tension.urgency) == (1.0, pytest.approx(exp(-1)))
    assert 15 < tension.pace < 45
    assert AUCTION.stage(opened.at(15), 15.0).tension.pace == pytest.approx(tension.pace / 2)
