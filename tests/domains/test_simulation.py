"""The engine in miniature: seeded, well formed, and told as truly as a real one."""

from itertools import pairwise

import pytest

from agent_runtime.core.events import Envelope
from agent_runtime.core.line import Line
from agent_runtime.domains.auction import AUCTION
from agent_runtime.domains.auction.simulation import Show as Programme
from agent_runtime.domains.auction.simulation import envelope_of, happenings
from agent_runtime.narration.rules import Pacing
from tests.narration.shows import UNPACED, Show
from tests.transcripts import OUTCOMES, Witness


def envelopes(programme: Programme) -> list[Envelope]:
    return [envelope_of(happening, programme, number) for number, happening in enumerate(happenings(programme))]


@pytest.mark.parametrize("seed", ["0", "1", "2", "3"])
def test_a_show_is_well_formed_in_order_and_the_same_for_its_seed(seed: str) -> None:
    programme = Programme(seed=seed, lots=4)
    events = envelopes(programme)
    assert events == envelopes(programme)
    assert len({event.id for event in events}) == len(events)
    assert all(first.timestamp <= second.timestamp for first, second in pairwise(events))
    kinds = [AUCTION.parse(event).type for event in events]
    assert kinds.count("auction:start") == kinds.count("auction:end") == 4


def test_another_seed_is_another_show() -> None:
    assert envelopes(Programme(seed="0")) != envelopes(Programme(seed="1"))


@pytest.mark.parametrize("pacing", [Pacing(), UNPACED], ids=["paced", "max"])
@pytest.mark.parametrize("seed", [str(seed) for seed in range(8)])
def test_what_is_told_of_a_show_is_true(seed: str, pacing: Pacing) -> None:
    programme = Programme(seed=seed, lots=3)
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
