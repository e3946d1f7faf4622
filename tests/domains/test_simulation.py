"""The engine in miniature: seeded, well formed, and told as truly as a real one."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from agent_runtime.core.events import Envelope
from agent_runtime.core.line import Line
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.auction.simulation import Bidder, Work, envelope_of, happenings
from agent_runtime.domains.auction.simulation import Show as Programme
from agent_runtime.narration.rules import Pacing
from tests.narration.shows import UNPACED, Show
from tests.transcripts import OUTCOMES, Witness

WORKS = (
    Work("item-1", "Salt Ledger", 60),
    Work("item-2", "Nine Small Doors", 12),
    Work("item-3", "Quiet Machine", 400),
)
BIDDERS = tuple(Bidder(f"user-{handle}", handle) for handle in ("amber_heron", "kestrel9", "velvet_ox", "north_kiln"))


def programme_of(seed: str, lots: int = 3, **more: Any) -> Programme:
    return Programme(WORKS, BIDDERS, "campaign-1", seed=seed, lots=lots, **more)


def envelopes(programme: Programme) -> list[Envelope]:
    return [envelope_of(happening, programme, number) for number, happening in enumerate(happenings(programme))]


@pytest.mark.parametrize("seed", ["0", "1", "2", "3"])
def test_a_show_is_well_formed_in_order_and_the_same_for_its_seed(seed: str) -> None:
    programme = programme_of(seed, 4)
    events = envelopes(programme)
    assert events == envelopes(programme)
    assert len({event.id for event in events}) == len(events)
    assert all(first.timestamp <= second.timestamp for first, second in pairwise(events))
    kinds = [AUCTION.parse(event).type for event in events]
    assert kinds.count("auction:start") == kinds.count("auction:end") == 4


def test_another_seed_is_another_show() -> None:
    assert envelopes(programme_of("0")) != envelopes(programme_of("1"))


def test_begun_at_another_moment_it_is_the_same_show_with_ids_of_its_own() -> None:
    first, second = (envelopes(programme_of("0", began=datetime(2026, 1, day, tzinfo=UTC))) for day in (1, 2))
    assert [event.type for event in first] == [event.type for event in second]
    for name in ("amount", "currentPrice", "finalPrice", "userId"):
        assert [event.data.get(name) for event in first] == [event.data.get(name) for event in second]
    assert not {event.id for event in first} & {event.id for event in second}
    lots, others = ({event.data["auctionId"] for event in events} for events in (first, second))
    assert not lots & others


def test_it_sells_the_works_it_is_given_to_the_bidders_it_is_given() -> None:
    events = envelopes(programme_of("0", 4, lead_seconds=8.0, currency="USD", tick=Decimal(10)))
    starts = [event for event in events if event.type == "auction:start"]
    assert [event.data["artItemName"] for event in starts] == [*(work.title for work in WORKS), WORKS[0].title]
    assert {event.data["campaignId"] for event in starts} == {"campaign-1"}
    assert starts[0].data["startTime"] == "2026-01-01T00:00:08.000Z"
    bids = [event.data for event in events if event.type == "auction:bid:placed"]
    assert {(bid["userId"], bid["twitterHandle"]) for bid in bids} <= {(each.user_id, each.handle) for each in BIDDERS}
    assert all(Decimal(bid["amount"]) % 10 == 0 for bid in bids)


@pytest.mark.parametrize("pacing", [Pacing(), UNPACED], ids=["paced", "max"])
@pytest.mark.parametrize("seed", [str(seed) for seed in range(8)])
def test_what_is_told_of_a_show_is_true(seed: str, pacing: Pacing) -> None:
    programme = programme_of(seed, 3)
    show, witness = Show(pacing), Witness()
    began = envelopes(programme)[0].timestamp
    for event in envelopes(programme):
        for thing in show.played([event], round((event.timestamp - began) / 1000, 3)):
            match thing:
                case Envelope():
                    witness.hears_event(thing.model_dump())
                case Line():
                    witness.hears_line(thing.subject, thing.family, thing.text)
    witness.hears_the_end()
    assert witness.untruths == []
    assert sum(line.family in OUTCOMES for line in show.lines) == 3
