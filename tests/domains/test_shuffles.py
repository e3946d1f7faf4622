"""Whatever the network does to the order: a price said goes down only by a correction, an outcome comes once."""

from random import Random

import pytest

from agent_runtime.core.events import Envelope
from agent_runtime.core.line import Line
from agent_runtime.core.money import Money
from tests.domains.streams import LOT, Engine
from tests.narration.shows import UNPACED, Show
from tests.transcripts import OUTCOMES, amounts_in


def lot_events(random: Random) -> list[Envelope]:
    """A short lot: bids, some hiding a maximum, some that do not lead, sometimes a correction; an end and a winner."""
    engine, price = Engine(), 20
    events = [engine.start()]
    for number in range(random.randrange(2, 5)):
        price += 5 * random.randrange(1, 9)
        maximum = str(price + 500) if random.random() < 0.3 else None
        leads = number == 0 or random.random() < 0.8
        events += engine.bid(1.0 + number, f"u{number % 2}", str(price), leads=leads, maximum=maximum)
    if random.random() < 0.2:
        events.append(engine.priced(8, str(price - 5)))
    if random.random() < 0.2:
        events = [event for event in events if event.type != "auction:price:updated"]  # an engine that names none
    status = random.choice(["COMPLETED", "COMPLETED", "NO_BIDS", "CANCELLED"])
    events.append(engine.end(10, status, winningBidId="bid-x", finalPrice=str(price)))
    if status == "COMPLETED":
        events.append(engine.winner(10.2, "u1", str(price)))
    return events


def mangled(events: list[Envelope], random: Random) -> list[tuple[float, Envelope]]:
    """The events as received: some lost, the others late by up to seconds, and in the order they then come."""
    lateness = random.choice([0.02, 0.3, 3.0, 20.0])
    kept = [event for event in events if random.random() > 0.1]
    received = [(event.timestamp / 1000 + random.uniform(0, lateness), event) for event in kept]
    repeated = [(at + 0.01, event.model_copy(update={"id": f"{event.id}-again"})) for at, event in received]
    received += [pair for pair in repeated if random.random() < 0.2]
    first = events[0].timestamp / 1000
    return sorted(((round(at - first, 3), event) for at, event in received), key=lambda pair: pair[0])


def wrongs(show: Show, received: list[tuple[float, Envelope]]) -> list[str]:
    """What a listener could complain of."""
    said, found, outcomes = 0, [], 0
    for at, event in received:
        for line in show.played([event], at):
            if not isinstance(line, Line):
                continue
            price = show.stage(LOT).slots.get("amount")
            outcomes += line.family in OUTCOMES
            if line.family == "correction":
                said = 0
            if not isinstance(price, Money) or price.amount not in amounts_in(line.text):
                continue
            if price.amount < said and line.family not in OUTCOMES:
                found.append(f"{line.text!r} after {said}")
            said = int(price.amount)
    show.wait()
    outcomes = sum(line.family in OUTCOMES for line in show.lines)
    is_over = any(event.type in {"auction:end", "auction:winner"} for _, event in received)
    return found if outcomes == is_over else [*found, f"{outcomes} outcomes"]


@pytest.mark.parametrize("shuffles", [2_500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_shuffle_lowers_a_price_that_was_said_or_tells_an_outcome_twice(shuffles: int) -> None:
    for seed in range(shuffles):
        random = Random(seed)
        received = mangled(lot_events(random), random)
        show = Show(UNPACED)
        assert wrongs(show, received) == [], f"seed {seed}: {[(at, e.type) for at, e in received]} {show.texts}"


def test_a_stream_that_comes_in_order_needs_no_correction_of_its_own() -> None:
    for seed in range(300):
        random = Random(seed)
        events = lot_events(random)
        is_corrected = any(event.timestamp == events[0].timestamp + 8000 for event in events)
        show = Show(UNPACED).play(*events).wait()
        assert is_corrected or "correction" not in show.families, f"seed {seed}: {show.texts}"
