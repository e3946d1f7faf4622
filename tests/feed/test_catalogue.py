"""The feed and the whole catalogue: each type is accepted on its channel, kept, shown, and refused with a reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from agent_runtime.core.domain import Domain
from agent_runtime.core.events import CHANNELS, OUR_SOURCE
from agent_runtime.domains import DOMAINS, Entry, catalogue
from agent_runtime.feed import Intake
from tests.docs.catalogue import example, fields
from tests.feed.test_taking import House

TOLD = {kind for domain in DOMAINS if isinstance(domain, Domain) for kind in domain.types}
ENTRIES = {entry.kind: entry for entry in catalogue()}


def body(entry: Entry, **changes: Any) -> dict[str, Any]:
    """An event of the type as published, with other fields where they are given."""
    fields = {"id": f"event-{entry.kind}", "type": entry.kind, "timestamp": 1_795_255_200_000, "source": "test"}
    return {**fields, "version": "1.0", "data": example(entry), **changes}


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.kind)
def test_a_type_is_accepted_on_its_channel_logged_as_sent_and_shown(house: House, entry: Entry) -> None:
    assert house.feed.hear(entry.channel, to_json(body(entry))) == "accepted"
    (row,) = house.journal.rows
    assert (row.type, row.channel, row.data, row.reason) == (entry.kind, entry.channel, example(entry), None)
    assert house.stream.last == 1
    assert bool(house.listener.heard) == (entry.kind in TOLD)


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.kind)
def test_a_type_is_ignored_on_every_other_channel(house: House, entry: Entry) -> None:
    for channel in CHANNELS:
        if channel != entry.channel:
            assert house.feed.hear(channel, to_json(body(entry))) == "ignored"
    assert house.feed.counts == {"wrong_channel": len(CHANNELS) - 1}
    assert house.stream.last == 0
    assert house.feed.hear(entry.channel, to_json(body(entry))) == "accepted"


@pytest.mark.parametrize("kind", [kind for kind in ENTRIES if kind.partition(":")[0] in {"stream", "user", "system"}])
def test_data_that_does_not_fit_is_a_dead_letter_with_the_field_and_why(house: House, kind: str) -> None:
    entry = ENTRIES[kind]
    required = [field.name for field in fields(entry.model) if field.is_required and field.name != "configValue"]
    for number, name in enumerate(required):
        bad = body(entry, id=f"bad-{number}", data={**example(entry), name: [5]})
        assert house.feed.hear(entry.channel, to_json(bad)) == "dead"
        assert (house.journal.rows[-1].reason or "").startswith(f"bad_data: {name}: ")
    assert house.feed.counts["dead:bad_data"] == len(required)
    assert house.stream.last == 0
    assert house.feed.hear(entry.channel, to_json(body(entry))) == "accepted"


@pytest.mark.parametrize("kind", ["stream:paused", "agent:dream", "user:sighed", "campaign:week", "session:break", "x"])
def test_an_unknown_type_is_logged_and_ignored_whatever_it_looks_like(house: House, kind: str) -> None:
    strange = body(ENTRIES["stream:start"], type=kind)
    assert house.feed.hear("events:stream", to_json(strange)) == "ignored"
    assert [row.type for row in house.journal.rows] == [kind]
    assert (house.feed.counts, house.stream.last) == ({"unknown": 1}, 0)


@pytest.mark.parametrize("kind", [kind for kind in ENTRIES if kind.startswith("agent:")])
def test_our_own_echo_is_dropped(house: House, kind: str) -> None:
    assert house.feed.hear("events:agent", to_json(body(ENTRIES[kind], source=OUR_SOURCE))) == "ignored"
    assert (house.feed.counts, house.journal.rows, house.stream.last) == ({"echo": 1}, [], 0)


async def test_posted_events_find_their_channels_and_unknown_ones_have_none(house: House) -> None:
    posted: list[object] = [body(entry) for entry in catalogue()]
    unknown = body(ENTRIES["stream:start"], id="unknown", type="stream:paused")
    assert await house.feed.post([*posted, unknown]) == Intake(accepted=len(posted) + 1, duplicate=0, dead=0)
    assert [row.channel for row in house.journal.rows] == [*(entry.channel for entry in catalogue()), "http"]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_no_data_whatsoever_of_any_type_can_raise(data: st.DataObject) -> None:
    house = House()
    entry = data.draw(st.sampled_from(catalogue()))
    names = [field.name for field in fields(entry.model)] or ["a"]
    changes = data.draw(st.dictionaries(st.sampled_from(names), _VALUES))
    changed = to_json(body(entry, data={**example(entry), **changes}))
    assert house.feed.hear(entry.channel, changed) in {"accepted", "dead"}
