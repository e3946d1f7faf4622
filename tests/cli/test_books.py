"""An engine's books: the keys of a recorded lot as its engine would have kept them, whatever the events are like."""

from decimal import Decimal
from pathlib import Path

from agent_runtime.cli.books import Books
from agent_runtime.core.events import Envelope
from agent_runtime.live.lots import EngineKeys
from agent_runtime.live.memory import MemoryValues
from tests.domains.streams import Engine, keys_after
from tests.transcripts import Witness, recorded

RECORDING = Path(__file__).parents[1] / "data" / "ebay-three-lots.jsonl"


async def test_recorded_lots_end_in_the_keys_as_a_listener_would_know_them() -> None:
    books, witness, keys = Books(), Witness(), EngineKeys(MemoryValues())
    for raw in recorded(RECORDING):
        witness.hears_event(raw)
        lot = books.enter(Envelope.model_validate(raw))
        assert lot is not None
        await keys.put_lot(lot)
    for lot in await keys.lots(list(witness.lots)):
        seen = witness.lots[lot.auction_id]
        assert lot.state is not None and lot.price is not None and lot.bid is not None
        assert (lot.state.status, lot.state.highest_bid_id) == ("SETTLED", lot.bid.id)
        assert (lot.price.current_price, lot.bid.twitter_handle) == (seen.price, seen.winner)


def test_a_bid_that_does_not_lead_and_one_that_was_refused_change_no_key() -> None:
    engine = Engine()
    events = [engine.start(), *engine.bid(1, "ada", "50")]
    refused = {"bidId": "b9", "userId": "bo", "amount": "40", "reason": "TOO_LOW"}
    more = [*engine.bid(2, "bo", "45", leads=False)[:2], engine.event("bid:rejected", 3, **refused)]
    assert keys_after(*events, *more) == keys_after(*events)


def test_an_extension_moves_the_end_and_a_cancelled_lot_is_cancelled() -> None:
    engine = Engine()
    extended = keys_after(
        engine.start(), engine.event("extended", 5, extendedEndTime="2026-01-02T00:00:00Z"), engine.timer(6, 40)
    )
    assert extended.timer is not None and extended.state is not None
    assert extended.timer.end_time == extended.state.extended_end_time
    assert keys_after(engine.start(), engine.end(9, "CANCELLED")).is_over


def test_a_lot_that_starts_again_begins_with_empty_keys() -> None:
    engine = Engine()
    again = keys_after(engine.start(), *engine.bid(1, "ada", "50"), engine.end(5), engine.start(10))
    assert (again.price, again.bid) == (None, None)


def test_what_is_no_lots_or_cannot_be_read_is_no_matter_of_the_books() -> None:
    engine, books = Engine(), Books()
    assert books.enter(engine.start().model_copy(update={"type": "campaign:start"})) is None
    assert books.enter(engine.accepted(1, "b", "ada", "-5")) is None
    lot = books.enter(engine.accepted(1, "b", "ada", "5"))
    assert lot is not None and lot.bid is not None
    assert lot.bid.amount == Decimal(5)
