"""The feed: whatever comes in, every event is taken once, nothing stops it, and the next good one is narrated."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.clock import ManualClock
from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.errors import Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.domains import DOMAINS
from agent_runtime.feed import SEEN_KEPT, Feed, Intake
from agent_runtime.projection.projector import Step
from tests.bad_events import INJECTED, ROWS
from tests.domains.streams import EPOCH, LOT, Engine
from tests.narration.shows import UNPACED, Show

AUCTIONS = "events:auction"


@dataclass
class ListJournal:
    """An event log in a list; `is_away` makes `keep` fail as a database that is down does."""

    rows: list[LoggedEvent] = field(default_factory=list)
    is_away: bool = False

    def note(self, event: LoggedEvent) -> None:
        self.rows.append(event)

    async def keep(self, events: list[LoggedEvent]) -> None:
        if self.is_away:
            raise Unavailable("the database is down")
        self.rows += events


@dataclass
class Listener:
    """A host that narrates what it witnesses, without pacing."""

    show: Show = field(default_factory=lambda: Show(UNPACED))
    heard: list[str] = field(default_factory=list)
    subjects: set[str] | None = None

    def hosts(self, subject: str, campaign: str | None) -> bool:
        return self.subjects is None or subject in self.subjects

    def witness(self, step: Step, cause: str, now: float) -> None:
        self.heard.append(cause)
        self.show.narrator.notice(step.appraisal.cues, step.stage, now)
        self.show.now = now
        self.show.wait(now + 1)


@dataclass
class House:
    """A feed with everything around it in memory."""

    def __post_init__(self) -> None:
        self.clock = ManualClock(EPOCH)
        self.journal, self.listener = ListJournal(), Listener()
        self.stream: Broadcast[Envelope] = Broadcast()
        self.projector = self.listener.show.projector
        numbers = count(1)
        hosts = [self.listener]
        self.wanted: list[str] = []
        self.feed = Feed(
            self.projector,
            self.journal,
            hosts,
            self.stream,
            self.clock,
            new_id=lambda: f"new-{next(numbers)}",
            want=self.wanted.append,
        )

    def hears(self, envelope: Envelope, channel: str = AUCTIONS) -> str:
        return self.feed.hear(channel, envelope.as_json())


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.mark.parametrize(("sent", "becomes"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_bad_event_costs_only_itself(
    house: House, engine: Engine, sent: Callable[[Engine], bytes], becomes: str
) -> None:
    assert house.hears(engine.start()) == "accepted"
    said = len(house.listener.show.lines)
    message = sent(engine)
    assert house.feed.hear(AUCTIONS, message) == becomes.partition(":")[0]
    if becomes.startswith("dead"):
        assert house.feed.counts[becomes] == 1
        assert (house.journal.rows[-1].reason or "").startswith(becomes.removeprefix("dead:"))
        assert len(house.listener.show.lines) == said
    house.clock.move_to(EPOCH + 10)
    for event in engine.bid(10, "zed", "95"):
        assert house.hears(event) == "accepted"
    last = house.listener.show.texts[-1]
    assert "$95" in last
    assert len(last) < 200


def test_a_name_from_outside_is_said_as_a_name_and_never_obeyed(house: House, engine: Engine) -> None:
    """Narration's ninth hard rule."""
    house.hears(engine.start(reservePrice="77.77"))
    for event in engine.bid(1, "ada", "50"):
        house.hears(event.model_copy(update={"data": {**event.data, "twitterHandle": INJECTED}}))
    assert INJECTED[:40].strip() in house.listener.show.texts[-1]
    assert "77.77" not in " ".join(house.listener.show.texts)


def test_an_event_is_taken_once_however_often_it_comes_and_whatever_it_says_then(house: House, engine: Engine) -> None:
    """Narration's seventh hard rule."""
    start = engine.start()
    assert house.hears(start) == "accepted"
    assert house.hears(start) == "duplicate"
    assert house.hears(start.model_copy(update={"type": "auction:end", "data": {}})) == "duplicate"
    assert house.listener.show.families == ["open"]
    assert len(house.journal.rows) == 1


def test_events_answered_before_a_restart_are_not_answered_again(house: House, engine: Engine) -> None:
    start = engine.start()
    house.feed.remember([start.id])
    assert house.hears(start) == "duplicate"
    assert house.listener.show.lines == []


def test_an_event_on_the_wrong_channel_does_not_use_up_its_id(house: House, engine: Engine) -> None:
    start = engine.start()
    assert house.hears(start, "events:system") == "ignored"
    assert house.hears(start) == "accepted"
    assert house.feed.counts["wrong_channel"] == 1


def test_only_those_who_host_a_lot_witness_it(house: House, engine: Engine) -> None:
    house.listener.subjects = {"lot-2"}
    house.hears(engine.start(lot="lot-1"))
    house.hears(engine.start(lot="lot-2"))
    assert house.listener.heard == ["event-2"]


def test_a_lot_that_is_spoken_of_and_not_known_to_be_open_is_asked_for(house: House, engine: Engine) -> None:
    start, end = engine.start(), engine.end(5, "NO_BIDS")
    lost = engine.accepted(1, "b", "ada", "50", lot="lot-2")
    late = engine.accepted(6, "b", "ada", "50")
    for event, wanted in ((start, []), (end, []), (lost, ["lot-2"]), (late, ["lot-2", LOT])):
        house.hears(event)
        assert house.wanted == wanted
    assert house.listener.show.families == ["open", "passed"]


def test_events_of_other_kinds_are_logged_and_shown_but_not_narrated(house: House, engine: Engine) -> None:
    base = engine.start()
    for kind, channel in (
        ("stream:viewers:count", "events:stream"),
        ("user:authenticated", "events:user"),
        ("campaign:start", AUCTIONS),
    ):
        event = base.model_copy(update={"id": kind, "type": kind, "data": {}})
        assert house.feed.channel_of(kind) == channel
        assert house.hears(event, channel) == "accepted"
    assert (len(house.journal.rows), house.stream.last, house.listener.heard) == (3, 3, [])


async def test_posted_events_are_counted_and_kept_before_the_answer(house: House, engine: Engine) -> None:
    start = engine.start()
    bodies: list[object] = [
        start.model_dump(),
        start.model_dump(),
        "nonsense",
        {**start.model_dump(), "id": "u", "type": "x"},
    ]
    assert await house.feed.post(bodies) == Intake(accepted=2, duplicate=1, dead=1)
    assert [row.reason is not None for row in house.journal.rows] == [False, False, True, False]
    assert house.listener.show.families == ["open"]


async def test_a_store_that_is_away_is_told_and_the_speaking_path_did_not_wait(house: House, engine: Engine) -> None:
    house.journal.is_away = True
    with pytest.raises(Unavailable):
        await house.feed.post([engine.start().model_dump()])
    assert house.listener.show.families == ["open"]


def test_what_is_remembered_of_ids_is_bounded(house: House, engine: Engine) -> None:
    start = engine.start()
    house.hears(start)
    house.feed.remember(f"other-{number}" for number in range(SEEN_KEPT))
    assert len(house.feed._seen) == SEEN_KEPT
    assert house.hears(start) == "accepted"


def test_a_hundred_thousand_auctions_leave_a_thousand_in_memory(house: House, engine: Engine) -> None:
    """E22, with a tenth of the ids: what is kept does not grow."""
    for number in range(10_000):
        house.hears(engine.accepted(2, f"b-{number}", "ada", "5", lot=f"lot-{number}"))
    assert len(house.projector.stages(0)) == 1000
    assert house.projector.evictions == 9000


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = ("auctionId", "bidId", "userId", "amount", "currentPrice", "timeRemaining", "endTime", "status", "timestamp")
_BODIES = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "type": st.sampled_from(sorted(DOMAINS[0].types)),
        "data": st.dictionaries(st.sampled_from(_FIELDS), _VALUES).map(lambda data: {"auctionId": LOT, **data}),
        "timestamp": _VALUES,
    }
)


@given(st.lists(_BODIES, max_size=5))
def test_no_decoded_value_whatsoever_can_raise(bodies: list[dict[str, Any]]) -> None:
    house = House()
    for body in bodies:
        assert house.feed.hear(AUCTIONS, to_json(body)) in {"accepted", "dead", "duplicate", "ignored"}
