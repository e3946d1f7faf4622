"""What a watcher is sent: from where it left off as far back as there is something, and only what it wants."""

from typing import Any

import pytest

from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.events import Envelope
from agent_runtime.web.errors import Problem
from agent_runtime.web.watching import Wanted, Watch
from tests.web.socketed import event


def watch(stream: Broadcast[Envelope]) -> Watch:
    return Watch(stream, "e", lambda: ())


async def ids(watcher: Watch, count: int) -> list[tuple[str, str | None]]:
    """The next events by name and id; the watcher stays where it is then."""
    found = []
    events = watcher.events()
    async for each in events:
        found.append((each.event, each.id))
        if len(found) == count:
            break
    await events.aclose()
    return found


@pytest.mark.parametrize(
    ("left", "begin"),
    [("e-5", 5), ("e-3", 3), ("e-0", 2), ("e-6", 5), ("f-4", 5), ("", 5), ("e-", 5), ("4", 5), ("e--1", 5), ("e-٤", 5)],
)
async def test_it_goes_on_as_far_back_as_events_are_held(left: str, begin: int) -> None:
    stream: Broadcast[Envelope] = Broadcast(keep=3)
    for number in range(1, 6):
        stream.send(event(number))
    watcher = watch(stream)
    watcher.go_on_behind(left)
    assert watcher.id == f"e-{begin}"
    stream.close()
    expected = [("snapshot", f"e-{begin}"), *(("user:action", f"e-{n}") for n in range(begin + 1, 6))]
    assert await ids(watcher, 10) == expected


async def test_who_falls_too_far_behind_is_told_how_everyone_stands_and_goes_on_from_there() -> None:
    stream: Broadcast[Envelope] = Broadcast(keep=3)
    watcher = watch(stream)
    events = watcher.events()
    assert (await anext(events)).id == "e-0"
    stream.send(event(1))
    assert (await anext(events)).id == "e-1"
    for number in range(2, 11):
        stream.send(event(number))
    seen = [await anext(events) for _ in range(4)]
    assert [(each.event, each.id) for each in seen] == [
        ("snapshot", "e-7"), ("user:action", "e-8"), ("user:action", "e-9"), ("user:action", "e-10"),
    ]  # fmt: skip
    await events.aclose()
    assert stream.watchers == 0


async def test_numbers_go_on_over_what_is_not_wanted() -> None:
    stream: Broadcast[Envelope] = Broadcast()
    watcher = watch(stream)
    watcher.want(["agent:mood"], None)
    stream.send(event(1))
    stream.send(event(2).model_copy(update={"type": "agent:mood"}))
    stream.send(event(3))
    stream.close()
    assert await ids(watcher, 10) == [("snapshot", "e-0"), ("agent:mood", "e-2")]
    assert watcher.id == "e-3"


@pytest.mark.parametrize(
    ("named", "is_seen"),
    [({"agentId": "vesper"}, True), ({"agentId": "wren"}, False), ({}, True), ({"agentId": ["wren"]}, True)],
)
def test_of_events_that_name_an_agent_only_those_of_the_agents_that_are_watched(
    named: dict[str, Any], is_seen: bool
) -> None:
    assert Wanted(agents=frozenset({"vesper"})).has(event(1, **named)) == is_seen
    assert Wanted().has(event(1, **named))


@pytest.mark.parametrize(("types", "agents"), [(["agent:moood"], None), ([], None), (None, ["nobody"]), (None, [])])
def test_names_that_do_not_exist_are_refused_and_change_nothing(
    types: list[str] | None, agents: list[str] | None
) -> None:
    watcher = watch(Broadcast())
    watcher.want(["agent:mood"], None)
    with pytest.raises(Problem):
        watcher.want(types, agents)
    assert watcher.wanted == Wanted(types=frozenset({"agent:mood"}))
