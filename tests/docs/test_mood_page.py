"""The table of docs/mood.md against what events really do to a character."""

import re
from collections.abc import Callable

import pytest

from agent_runtime.agents.agent import _CUT_OFF
from agent_runtime.core.domain import Feeling
from agent_runtime.core.tone import feelings
from tests.docs.pages import page
from tests.domains.streams import Engine, Fold


def after(*plays: Callable[[Engine, Fold], object]) -> set[Feeling]:
    """What the last of some plays makes one feel, in a lot of its own."""
    engine, fold = Engine(), Fold()
    for play in plays:
        fold.appraisals.clear()
        play(engine, fold)
    return {each for appraisal in fold.appraisals for each in appraisal.feelings}


def start(engine: Engine, fold: Fold) -> None:
    fold.take(engine.start(reservePrice="900"))


def low_bid(engine: Engine, fold: Fold) -> None:
    fold.take(*engine.bid(10, "ann", "100"))


def reserve(engine: Engine, fold: Fold) -> None:
    fold.take(*engine.bid(600, "ann", "900"))


def sold(engine: Engine, fold: Fold) -> None:
    fold.take(engine.winner(700, "ann", "900"))


def refused(engine: Engine, fold: Fold) -> None:
    fold.take(engine.event("bid:rejected", 5, bidId="bid-1", userId="ann", amount="1", reason="TOO_LOW"))


def ended(status: str) -> Callable[[Engine, Fold], object]:
    return lambda engine, fold: fold.take(engine.end(20, status))


def tick(engine: Engine, fold: Fold) -> None:
    fold.take(engine.timer(700, 0.0))


ROWS = [
    ("`auction:start`", after(start), Feeling("hope", 0.3)),
    ("`auction:bid:placed`", after(start, low_bid), Feeling("excitement", 0.3)),
    ("`auction:bid:rejected`", after(start, refused), Feeling("reproach", 0.5)),
    ("the reserve met", after(start, low_bid, reserve), Feeling("relief", 0.5)),
    ("`auction:timer:updated`", after(start, tick), Feeling("fear", 0.25)),
    ("sold", after(start, low_bid, reserve, sold), Feeling("satisfaction", 0.4)),
    ("passed", after(start, ended("NO_BIDS")), Feeling("disappointment", 0.8)),
    ("cancelled", after(start, ended("CANCELLED")), Feeling("disappointment", 0.3)),
    ("thanks in a chat", set(feelings("Thank you!")), Feeling("gratitude", 0.3)),
    ("no events for 3 seconds", set(_CUT_OFF), Feeling("distress", 0.3)),
    ("insults in a chat", set(feelings("You are useless.")), Feeling("anger", 0.3)),
]


@pytest.mark.parametrize(("row", "felt", "shown"), ROWS, ids=[row for row, _, _ in ROWS])
def test_an_event_makes_one_feel_what_its_row_says(row: str, felt: set[Feeling], shown: Feeling) -> None:
    assert shown in felt
    cell = next(line for line in page("mood.md").splitlines() if line.startswith(f"| {row}"))
    assert re.search(rf"{shown.emotion}[^|]* {shown.intensity:g}\b", cell)
