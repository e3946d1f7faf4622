"""The event log: batches, duplicates, dead letters."""

import asyncio
from datetime import timedelta

import pytest

from agent_runtime.core.errors import Refused
from agent_runtime.store.database import Database
from tests.store.values import NOON, event, new_id


async def test_events_come_back_in_the_order_they_were_kept(database: Database) -> None:
    given = [event(timestamp=NOON - timedelta(days=n), data={"n": n, "deep": {"x": [1.5, None]}}) for n in range(5)]
    await database.events.append(given[:3])
    await database.events.append([])
    await database.events.append(given[3:])
    page = await database.events.list()
    assert [each.model_copy(update={"seq": 0}) for each in page.data] == given
    assert [each.seq for each in page.data] == sorted(each.seq for each in page.data)
    assert page.data[0].seq > 0


async def test_an_event_heard_twice_is_left_as_it_is(database: Database) -> None:
    first = event(source="first")
    await database.events.append([first, event(), first])
    await database.events.append([first.model_copy(update={"source": "second"}), event()])
    kept = (await database.events.list()).data
    assert len(kept) == 3
    assert kept[0].source == "first"


async def test_batches_kept_at_once_are_all_there(database: Database) -> None:
    shared = event()
    await asyncio.gather(*(database.events.append([event(), shared, event()]) for _ in range(20)))
    assert len((await database.events.list(limit=100)).data) == 41


async def test_the_log_is_filtered_and_paged(database: Database) -> None:
    dead = [event(type="x:y", reason="bad_data: no amount") for _ in range(3)]
    good = [event(timestamp=NOON + timedelta(seconds=n)) for n in range(4)]
    await database.events.append([dead[0], good[0], good[1], dead[1], good[2], good[3], dead[2]])

    async def ids(**filters: object) -> list[str]:
        found, cursor = [], None
        while True:
            page = await database.events.list(limit=2, cursor=cursor, **filters)  # type: ignore[arg-type]
            found += [each.id for each in page.data]
            cursor = page.next_cursor
            if cursor is None:
                return found

    assert await ids(dead=True) == [each.id for each in dead]
    assert await ids(dead=False) == [each.id for each in good]
    assert len(await ids()) == 7
    assert await ids(kind="x:y") == [each.id for each in dead]
    assert await ids(since=NOON + timedelta(seconds=2)) == [good[2].id, good[3].id]
    assert await ids(kind="nothing") == await ids(kind="a\0b") == []


async def test_known_ids_are_told_from_new_ones(database: Database) -> None:
    kept = [event() for _ in range(3)]
    await database.events.append(kept)
    asked = [*(each.id for each in kept), *(new_id() for _ in range(600)), "a\0b", "\ud800"]
    assert await database.events.known(asked) == {each.id for each in kept}
    assert await database.events.known([]) == frozenset()


async def test_the_newest_ids_are_given_oldest_first(database: Database) -> None:
    kept = [event() for _ in range(5)]
    await database.events.append(kept)
    assert await database.events.recent_ids(3) == tuple(each.id for each in kept[-3:])
    assert await database.events.recent_ids(0) == ()


async def test_an_event_with_strange_text_is_mended_so_that_its_neighbours_are_kept(database: Database) -> None:
    strange = event(data={"na\0me": ["a\0b", "\ud800", float("nan")]}, source="x\0", reason="bad \udfff")
    await database.events.append([event(), strange, event()])
    kept = (await database.events.list()).data
    assert len(kept) == 3
    assert kept[1].data == {
        "na\N{REPLACEMENT CHARACTER}me": ["a\N{REPLACEMENT CHARACTER}b", "\N{REPLACEMENT CHARACTER}", None]
    }
    assert kept[1].reason == "bad \N{REPLACEMENT CHARACTER}"


async def test_an_event_id_that_cannot_be_kept_is_refused(database: Database) -> None:
    for strange in ("", "a\0b", "x" * 65):
        with pytest.raises(Refused):
            await database.events.append([event(id=strange)])


async def test_the_newest_events_of_auctions_heard_since_then_are_given_oldest_first(database: Database) -> None:
    heard = [event(received_at=NOON + timedelta(seconds=n)) for n in range(6)]
    others = [
        event(channel="events:stream", received_at=NOON + timedelta(hours=1)),
        event(reason="bad_data", received_at=NOON + timedelta(hours=1)),
        event(),
    ]
    await database.events.append([*heard[:4], *others, *heard[4:]])

    async def ids(limit: int, since: int) -> list[str]:
        return [each.id for each in await database.events.recent(limit, heard_since=NOON + timedelta(seconds=since))]

    assert await ids(10, 2) == [each.id for each in heard[2:]]
    assert await ids(2, 0) == [each.id for each in heard[4:]]
    assert await ids(10, 60) == await ids(0, 0) == []


async def test_the_log_ends_before_the_moment_asked_for(database: Database) -> None:
    kept = [event(timestamp=NOON + timedelta(seconds=n)) for n in range(4)]
    await database.events.append(kept)
    page = await database.events.list(since=NOON + timedelta(seconds=1), until=NOON + timedelta(seconds=3))
    assert [each.id for each in page.data] == [each.id for each in kept[1:3]]


async def test_the_oldest_received_are_purged_some_at_a_time(database: Database) -> None:
    old = [event(received_at=NOON - timedelta(days=31), timestamp=NOON) for _ in range(5)]
    unknown = [event(timestamp=NOON - timedelta(days=40)), event(timestamp=NOON + timedelta(days=9))]
    young = [event(received_at=NOON, timestamp=NOON - timedelta(days=900)) for _ in range(2)]
    await database.events.append([*old[:4], *unknown, old[4], *young])
    month_ago = NOON - timedelta(days=30)
    assert [await database.events.purge(month_ago, 4) for _ in range(3)] == [4, 2, 0]
    assert await database.events.purge(month_ago, 0) == 0
    kept = (await database.events.list()).data
    assert [each.id for each in kept] == [unknown[1].id, *(each.id for each in young)]
    again = event()
    await database.events.append([again])
    assert (await database.events.list()).data[-1].seq > kept[-1].seq
