"""The act a lot is in: from what may be known of it at the moment."""

import pytest

from agent_runtime.core.scenery import LotStage, lot_stage
from agent_runtime.domains.auction import AUCTION
from tests.domains.streams import Engine, Fold

ENGINE = Engine()
SOLD = [*ENGINE.bid(10, "ann", "100"), ENGINE.winner(700, "ann", "100")]


@pytest.mark.parametrize(
    ("events", "at", "act"),
    [
        ([ENGINE.start()], 0, LotStage.OPEN),
        ([ENGINE.start()], 3539, LotStage.OPEN),
        ([ENGINE.start()], 3540, LotStage.CLOSING),
        ([ENGINE.start(), ENGINE.timer(5, 9)], 5, LotStage.CLOSING),
        ([ENGINE.start(), ENGINE.timer(5, 9), ENGINE.timer(9, 120, extensions=1)], 9, LotStage.OPEN),
        ([ENGINE.start(), *SOLD], 700, LotStage.SOLD),
        ([ENGINE.start(), ENGINE.end(20, "NO_BIDS")], 20, LotStage.PASSED),
        ([ENGINE.start(), ENGINE.end(20, "CANCELLED")], 20, LotStage.CANCELLED),
        ([ENGINE.start(), ENGINE.end(20)], 20.1, LotStage.CLOSING),  # the winner's name may still come
        ([ENGINE.start(), ENGINE.end(20)], 20.5, LotStage.PASSED),
        (ENGINE.bid(10, "ann", "100"), 10, LotStage.WAITING),  # nobody has said that it is open
    ],
)
def test_a_lot_is_in_the_act_that_its_facts_say(events: list, at: float, act: LotStage) -> None:
    lot = Fold().take(*events).lot
    assert lot is not None
    assert lot_stage(AUCTION.stage(lot, at)) is act


def test_without_a_lot_one_waits() -> None:
    assert lot_stage(None) is LotStage.WAITING
