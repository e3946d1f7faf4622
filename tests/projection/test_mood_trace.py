"""The mood over a whole recording is what it was: nothing drifts without somebody saying so."""

import json
from itertools import groupby

from agent_runtime.core.presence import Mood
from tests.projection.trace import KEPT, RECORDING, trace

MEND = "meant? then run: python -m tests.projection.trace --write"


def test_every_event_of_the_recording_leaves_the_mood_it_left_before() -> None:
    kept, now = json.loads(KEPT.read_text()), [list(row) for row in trace()]
    assert len(now) == len(RECORDING.read_bytes().splitlines())
    drifted = [pair for pair in zip(kept, now, strict=True) if pair[0] != pair[1]]
    assert not drifted, f"{len(drifted)} rows drifted, first {drifted[0]}; {MEND}"


def test_the_same_recording_gives_the_same_mood() -> None:
    assert list(trace()) == list(trace())


def test_the_trace_is_one_of_a_mood_that_lives() -> None:
    labels = [row[2] for row in trace()]
    assert {Mood.EXCITED, Mood.HAPPY, Mood.SURPRISED, Mood.NEUTRAL} <= set(labels)
    assert 20 < len(list(groupby(labels))) < len(labels)
    assert all(-1 <= value <= 1 for row in trace() for value in row[4:])
