"""The projector: one newest state a subject, within bounds, whatever the order of events."""

import pytest

from agent_runtime.core.events import BadEvent
from agent_runtime.domains import DOMAINS
from agent_runtime.projection.projector import Projector
from tests.domains.streams import LOT, Engine


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def projector() -> Projector:
    return Projector(DOMAINS, limit=3)


def test_a_step_holds_what_the_event_means_and_how_things_stand_after_it(projector: Projector, engine: Engine) -> None:
    step = projector.apply(engine.start(), 0.0)
    assert step is not None
    assert [cue.family for cue in step.appraisal.cues] == ["open"]
    assert (step.stage.subject, step.stage.title, step.stage.is_open) == (LOT, "Salt Ledger", True)
    assert projector.stage(LOT, 0.0) == step.stage


def test_types_of_nobody_are_no_step_and_have_no_channel(projector: Projector, engine: Engine) -> None:
    assert projector.apply(engine.start().model_copy(update={"type": "gallery:opened"}), 0.0) is None
    assert projector.channel_of("gallery:opened") is None
    assert projector.channel_of("auction:start") == "events:auction"
    assert projector.channel_of("lot:start") == "events:auction"


def test_bad_data_changes_nothing(projector: Projector, engine: Engine) -> None:
    projector.apply(engine.start(), 0.0)
    before = projector.stage(LOT, 1.0)
    with pytest.raises(BadEvent):
        projector.apply(engine.accepted(1, "b", "ada", "-5"), 1.0)
    assert projector.stage(LOT, 1.0) == before


def test_what_time_alone_decides_is_seen_without_an_event(projector: Projector, engine: Engine) -> None:
    projector.apply(engine.start(), 0.0)
    projector.apply(engine.end(5), 5.0)
    at_once, later = projector.stage(LOT, 5.0), projector.stage(LOT, 5.5)
    assert at_once is not None
    assert later is not None
    assert (at_once.outcome, later.outcome) == (None, "passed")


def test_the_least_recently_touched_gives_way_and_closed_subjects_go_first(
    projector: Projector, engine: Engine
) -> None:
    for name in ("a", "b", "c"):
        projector.apply(engine.start(lot=name), 0.0)
    projector.apply(engine.end(1, "CANCELLED", lot="b"), 1.0)
    projector.apply(engine.timer(2, 60, lot="a"), 2.0)
    projector.apply(engine.start(3, lot="d"), 3.0)
    assert [stage.subject for stage in projector.stages(3.0)] == ["d", "a", "c"]
    projector.apply(engine.start(4, lot="e"), 4.0)
    assert [stage.subject for stage in projector.stages(4.0)] == ["e", "d", "a"]
    assert projector.evictions == 2


def test_a_subject_that_is_not_held_is_nothing(projector: Projector) -> None:
    assert projector.stage("nobody", 0.0) is None
    assert projector.stages(0.0) == []
