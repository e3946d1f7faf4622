"""The mood of one temperament over a recording, event by event: `python -m tests.projection.trace --write` keeps it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from agent_runtime.core.domain import Tension
from agent_runtime.core.events import parse_envelope
from agent_runtime.domains import DOMAINS
from agent_runtime.projection import mood
from agent_runtime.projection.projector import Projector
from tests.projection.temperaments import START, named_temperaments

DATA = Path(__file__).parents[1] / "data"
RECORDING = DATA / "ebay-three-lots.jsonl"
KEPT = DATA / "mood-trace.json"
LONGEST_PAUSE_S = 300.0  # the recording lasts for days; with its pauses cut there is more of a mood to see
Row = tuple[int, str, str, int, float, float, float]


def trace() -> Iterator[Row]:
    """Of each event its number, type, and the mood after it: name, intensity, pleasure, arousal, dominance.

    The three are what is felt in a calm room, to three places.
    """
    temperament, projector = named_temperaments()["auctioneer"], Projector(DOMAINS)
    affect, now, last = mood.calm(temperament, START), START, None
    for number, line in enumerate(RECORDING.read_bytes().splitlines(), 1):
        envelope = parse_envelope(line, 0)
        now += 0.0 if last is None else min(LONGEST_PAUSE_S, max(0.0, (envelope.timestamp - last) / 1000))
        last = envelope.timestamp
        step = projector.apply(envelope, now)
        assert step is not None
        affect = mood.feel(affect, step.appraisal.feelings, temperament, now, envelope.type)
        shown = mood.agent_mood(affect, "a", temperament, now)
        feels = mood.felt(mood.decayed(affect, temperament, now), temperament, Tension())
        p, a, d = (round(value, 3) + 0.0 for value in feels)
        yield number, envelope.type, shown.current_mood.value, shown.intensity, p, a, d


def as_text(rows: Iterator[Row]) -> str:
    """JSON with one row a line, so that a change of it can be read."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        KEPT.write_text(as_text(trace()))
