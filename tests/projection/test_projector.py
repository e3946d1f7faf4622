"""The projector: one newest state a subject, within bounds, whatever the order of events."""

import pytest

from agent_runtime.core.events import BadEvent, Envelope
from agent_runtime.core.lots import LotSnapshot
from agent_runtime.core.platform import Record
from agent_runtime.core.wire import Event
from agent_runtime.domains import DOMAINS
from agent_runtime.projection.projector import Projector
from tests.domains.streams import EPOCH, LOT, Engine, keys_after


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


def test_a_subject_is_shown_as_it_is_at_every_moment_and_after_every_event_of_it(
    projector: Projector, engine: Engine
) -> None:
    projector.apply(engine.start(), 0.0)
    first, same, later = (projector.stage(LOT, moment) for moment in (0.0, 0.0, 2.0))
    assert first is not None
    assert later is not None
    assert same == first
    assert int(str(first.slots["seconds"])) - int(str(later.slots["seconds"])) == 2
    projector.apply(engine.end(2), 2.0)
    ended = projector.stage(LOT, 2.0)
    assert ended is not None
    assert not ended.is_open


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


def test_what_the_keys_say_is_a_step_when_it_is_new_and_none_when_it_is_not(engine: Engine) -> None:
    kept: list[Record] = []
    projector = Projector(DOMAINS, keep=kept.extend)
    keys = keys_after(engine.start(), *engine.bid(1, "ada", "50"))
    step = projector.adopt(keys, EPOCH + 60, 60.0)
    assert step is not None
    assert (step.stage.is_open, [cue.family for cue in step.appraisal.cues]) == (True, ["bid"])
    assert len(kept) == 4
    assert projector.adopt(keys, EPOCH + 62, 62.0) is None
    assert projector.adopt(LotSnapshot(LOT), EPOCH + 62, 62.0) is None
    assert len(kept) == 4
    assert projector.open_lots() == (LOT,)


def test_what_is_recalled_is_known_and_neither_kept_nor_overheard(engine: Engine) -> None:
    kept: list[Record] = []
    projector = Projector(DOMAINS, keep=kept.extend, overhear=lambda _event: pytest.fail("it was heard long ago"))
    for event in (engine.start(), *engine.bid(1, "ada", "50"), stream_start()):
        projector.recall(event, 0.0)
    stage = projector.stage(LOT, 1.0)
    assert stage is not None
    assert (stage.is_open, stage.bid_count, kept) == (True, 1, [])
    with pytest.raises(BadEvent):
        projector.recall(engine.accepted(1, "b", "ada", "-5"), 1.0)


def test_events_that_are_only_heard_are_handed_on_typed() -> None:
    heard: list[Event] = []
    assert Projector(DOMAINS, overhear=heard.append).apply(stream_start(), 0.0) is None
    assert [event.event_id for event in heard] == ["stream-1"]


def test_open_lots_are_known_without_a_search(projector: Projector, engine: Engine) -> None:
    for name in ("a", "b"):
        projector.apply(engine.start(lot=name), 0.0)
    projector.apply(engine.accepted(1, "b1", "ada", "5", lot="unknown"), 1.0)
    assert projector.open_lots() == ("a", "b")
    projector.apply(engine.end(2, "NO_BIDS", lot="a"), 2.0)
    assert (projector.open_lots(), projector.is_open("a"), projector.is_open("b")) == (("b",), False, True)
    for number in range(5):
        projector.apply(engine.start(3, lot=f"c-{number}"), 3.0)
    assert projector.open_lots() == ("c-2", "c-3", "c-4")


def stream_start() -> Envelope:
    data = {"streamId": "stream-7", "auctionId": LOT, "startTime": "2026-11-21T10:00:00Z"}
    return Envelope(id="stream-1", timestamp=1_795_255_200_000, type="stream:start", source="stream-manager", data=data)
