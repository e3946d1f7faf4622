"""How a lot ends: end and winner are one outcome, in either order, with or without the other."""

from decimal import Decimal
from typing import Any

import pytest

from agent_runtime.core.domain import Rank, Stage
from agent_runtime.core.money import Money
from agent_runtime.domains.auction import AUCTION
from tests.domains.streams import Engine, Fold


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def bidden(engine: Engine) -> Fold:
    return Fold().take(engine.start(), *engine.bid(1, "ada", "50"), *engine.bid(2, "bo", "60", maximum="90"))


def seen(fold: Fold, now: float) -> Stage:
    return AUCTION.stage(fold.at(now), now)


def result(stage: Stage) -> tuple[Any, ...]:
    return stage.outcome, stage.slots.get("amount"), stage.slots.get("bidder")


SIXTY = Money(Decimal(60), "USD")


def ended(engine: Engine, **more: Any) -> Any:
    return engine.end(10, winningBidId="bid-lot-1-bo-60", finalPrice="60", **more)


def test_end_and_winner_are_one_outcome(engine: Engine, bidden: Fold) -> None:
    bidden.take(ended(engine), engine.winner(10.2, "bo", "60"))
    assert bidden.cues().count("outcome") == 1
    assert "correction" not in bidden.cues()
    assert result(seen(bidden, 11)) == ("sold", SIXTY, "the_bo")


def test_winner_before_end_is_one_outcome(engine: Engine, bidden: Fold) -> None:
    bidden.take(engine.winner(10, "bo", "60"), engine.end(10.2, winningBidId="bid-lot-1-bo-60", finalPrice="60"))
    assert bidden.cues().count("outcome") == 1
    assert result(seen(bidden, 11)) == ("sold", SIXTY, "the_bo")


def test_a_winner_alone_is_an_outcome(engine: Engine, bidden: Fold) -> None:
    bidden.take(engine.winner(10, "bo", "60"))
    assert result(seen(bidden, 10)) == ("sold", SIXTY, "the_bo")
    assert seen(bidden, 10).settles_at is None


def test_an_end_waits_half_a_second_for_a_winner_it_cannot_name(engine: Engine) -> None:
    fold = Fold().take(engine.start(), *engine.bid(1, "ada", "50"))
    fold.take(engine.end(10, winningBidId="elsewhere", finalPrice="60"))
    assert (seen(fold, 10.4).outcome, seen(fold, 10.4).settles_at) == (None, pytest.approx(10.5))
    assert result(seen(fold, 10.5)) == ("sold", SIXTY, "a bidder")


def test_an_end_that_names_nobody_has_passed_unless_a_winner_comes_in_time(engine: Engine, bidden: Fold) -> None:
    bidden.take(engine.end(10))
    assert result(seen(bidden, 10.5)) == ("passed", None, None)
    bidden.take(engine.winner(10.3, "bo", "60"))
    assert result(seen(bidden, 10.5)) == ("sold", SIXTY, "the_bo")
    assert bidden.cues().count("outcome") == 2
    assert "correction" not in bidden.cues()


def test_a_winner_named_after_the_lot_was_passed_is_a_correction(engine: Engine, bidden: Fold) -> None:
    bidden.take(engine.end(10), engine.winner(12, "bo", "60"))
    assert bidden.cues()[-1] == "correction"
    assert result(seen(bidden, 12)) == ("sold", SIXTY, "the_bo")


def test_another_winner_is_a_correction(engine: Engine, bidden: Fold) -> None:
    bidden.take(ended(engine), engine.winner(10.2, "bo", "60"), engine.winner(30, "ada", "50"))
    assert bidden.cues()[-1] == "correction"
    assert result(seen(bidden, 31)) == ("sold", Money(Decimal(50), "USD"), "the_ada")


def test_a_sale_taken_back_is_a_correction(engine: Engine, bidden: Fold) -> None:
    bidden.take(ended(engine), engine.end(30, "CANCELLED"))
    assert bidden.cues()[-1] == "correction"
    assert bidden.appraisals[-1].cues[0].rank is Rank.CRITICAL
    assert result(seen(bidden, 31)) == ("cancelled", None, None)


@pytest.mark.parametrize(("status", "outcome"), [("NO_BIDS", "passed"), ("CANCELLED", "cancelled")])
def test_no_bids_is_passed_and_cancelled_is_cancelled_never_sold(engine: Engine, status: str, outcome: str) -> None:
    fold = Fold().take(engine.start(), engine.end(10, status))
    assert result(seen(fold, 10)) == (outcome, None, None)
    assert seen(fold, 10).settles_at is None


def test_an_end_told_twice_is_one_outcome(engine: Engine, bidden: Fold) -> None:
    bidden.take(ended(engine), ended(engine), engine.end(12, "NO_BIDS"))
    assert bidden.cues().count("outcome") == 1
    assert seen(bidden, 13).outcome == "sold"


def test_an_end_without_a_start_is_still_an_outcome(engine: Engine) -> None:
    fold = Fold().take(engine.winner(10, "bo", "60"))
    assert fold.cues() == ["outcome"]
    assert seen(fold, 10).title == "the lot"


def test_a_winner_from_before_a_cancellation_does_not_sell(engine: Engine, bidden: Fold) -> None:
    bidden.take(engine.end(10, "CANCELLED"))
    bidden.take_at(11, engine.winner(9, "bo", "60"))
    assert seen(bidden, 11).outcome == "cancelled"


def test_the_stage_of_a_lot_holds_no_reserve_and_no_maximum(engine: Engine) -> None:
    fold = Fold().take(engine.start(reservePrice="77.77"), *engine.bid(1, "bo", "60", maximum="90.09"))
    for now in (1.06, 2.0):
        assert not {"77.77", "90.09"} & set(str(seen(fold, now)).replace("'", " ").split())
        assert "77.77" not in str(seen(fold, now))
        assert "90.09" not in str(seen(fold, now))
    fold.take(engine.end(10, "NO_BIDS"))
    assert "77.77" not in str(seen(fold, 11))
