"""Whatever is lost, late or doubled, with the keys read in between: a lot agrees with its engine."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.cli.books import Books
from agent_runtime.core.events import Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.domains.auction import AUCTION
from tests.domains.streams import Fold
from tests.transcripts import recorded

RECORDING = Path(__file__).parents[1] / "data" / "ebay-three-lots.jsonl"
_EXAMPLES = 60


def lots() -> list[list[Envelope]]:
    """The first forty events of each recorded lot, and how it ended."""
    by_lot: dict[str, list[Envelope]] = {}
    for each in recorded(RECORDING):
        by_lot.setdefault(each["data"]["auctionId"], []).append(Envelope.model_validate(each))
    return [[*events[:40], *(event for event in events[40:] if is_end(event))] for events in by_lot.values()]


def is_end(event: Envelope) -> bool:
    return event.type in {"auction:end", "auction:winner"}


LOTS = lots()
READINGS = [[books.enter(event) for event in events] for events in LOTS for books in [Books()]]


def reception(number: int, random: Random) -> list[Envelope | LotSnapshot]:
    """Events in nearly their order, some lost, some twice, and the keys as they stood at moments not long before."""
    received: list[tuple[float, Envelope | LotSnapshot]] = []
    for place, (event, reading) in enumerate(zip(LOTS[number], READINGS[number], strict=True)):
        at = place + random.choice((0.0, 0.0, 0.5, 1.5, 3.0))
        received += [(at, event)] * random.choice((0, 1, 1, 1, 1, 2))
        if reading is not None and random.random() < 0.2:
            received.append((place + random.choice((0.0, 0.2, 2.2)), reading))
    return [each for _, each in sorted(received, key=lambda one: one[0])]


def taken(received: list[Envelope | LotSnapshot], last: LotSnapshot | None) -> tuple[Fold, list[str]]:
    """The lot after all of it, and what was wrong on the way; the clock of the recording is not ours."""
    fold, wrongs, now = Fold(), [], 0.0
    for each in [*received, *([last] if last is not None else [])]:
        now += 1.0
        before = fold.at(now) if fold.lot is not None else None
        appraisal = fold.find(now, each, 5e7) if isinstance(each, LotSnapshot) else fold.take_at(now, each)
        after, families = fold.at(now), [cue.family for cue in appraisal.cues]
        if before is None:
            continue
        was, price = before.price, after.price
        if was.current is not None and price.current is not None and price.current < was.current:
            wrongs += [] if price.at > was.at else ["a lower price that is not newer"]
            wrongs += [] if "correction" in families or not before.is_open else ["a lower price that is no correction"]
        if before.hammer is not None and before.hammer.outcome is not None and "outcome" in families:
            wrongs.append("an outcome told twice")
        if before.hammer is not None and after.hammer is None:
            wrongs.append("an outcome forgotten")
    return fold, wrongs


@pytest.mark.parametrize("number", range(len(LOTS)))
@settings(max_examples=_EXAMPLES)
@given(seed=st.integers(0, 2**32))
def test_nothing_turns_back_and_an_outcome_is_told_once(number: int, seed: int) -> None:
    fold, wrongs = taken(reception(number, Random(seed)), READINGS[number][-1])
    assert wrongs == []
    stage = AUCTION.stage(fold.at(1e6), 1e6)
    assert stage.outcome in {"sold", "passed"}
    assert not stage.is_open


@pytest.mark.parametrize("number", range(len(LOTS)))
@settings(max_examples=_EXAMPLES)
@given(seed=st.integers(0, 2**32))
def test_after_a_reading_a_lot_is_as_the_engine_knows_it(number: int, seed: int) -> None:
    received = [each for each in reception(number, Random(seed)) if isinstance(each, LotSnapshot) or not is_end(each)]
    running = [each for each in received if not isinstance(each, LotSnapshot) or not each.is_over]
    last = READINGS[number][39]
    assert last is not None and last.price is not None and last.bid is not None
    fold, wrongs = taken(running, last)
    lot = fold.at(1e6)
    assert wrongs == []
    assert lot.price.current == last.price.current_price
    assert lot.bidding.leader is not None
    assert lot.bidding.leader.bid_id == last.bid.id
    assert lot.bidding.leader.name == last.bid.twitter_handle
    assert lot.bidding.lacks is None
    assert lot.is_open
