"""The broadcast: numbered items, resumed from a number, bounded, and ended in order."""

import asyncio

from agent_runtime.core.broadcast import Broadcast


async def taken(stream: Broadcast[str], after: int | None, count: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    async with asyncio.timeout(5):
        async for item in stream.follow(after):
            found.append(item)
            if len(found) == count:
                break
    return found


async def test_a_watcher_sees_what_it_missed_and_then_what_comes() -> None:
    stream: Broadcast[str] = Broadcast()
    stream.send("a")
    stream.send("b")
    watching = asyncio.create_task(taken(stream, 1, 3))
    await asyncio.sleep(0)
    stream.send("c")
    stream.send("d")
    assert await watching == [(2, "b"), (3, "c"), (4, "d")]
    assert stream.last == 4


async def test_without_a_number_a_watcher_sees_only_what_comes() -> None:
    stream: Broadcast[str] = Broadcast()
    stream.send("a")
    watching = asyncio.create_task(taken(stream, None, 1))
    await asyncio.sleep(0)
    stream.send("b")
    assert await watching == [(2, "b")]


async def test_a_number_from_another_life_is_read_as_now() -> None:
    stream: Broadcast[str] = Broadcast()
    watching = asyncio.create_task(taken(stream, 999, 1))
    await asyncio.sleep(0)
    stream.send("a")
    assert await watching == [(1, "a")]


async def test_a_slow_watcher_loses_its_place_and_no_memory_grows() -> None:
    stream: Broadcast[int] = Broadcast(keep=10)
    slow = stream.follow(0)
    stream.send(1)
    assert await anext(slow) == (1, 1)
    for number in range(2, 1001):
        stream.send(number)
    assert await anext(slow) == (991, 991)
    assert await anext(slow) == (992, 992)
    await slow.aclose()


async def test_closing_ends_every_watcher_after_what_it_has_not_seen() -> None:
    stream: Broadcast[str] = Broadcast()
    watchers = [asyncio.create_task(taken(stream, 0, 99)) for _ in range(3)]
    await asyncio.sleep(0)
    stream.send("a")
    stream.close()
    assert await asyncio.gather(*watchers) == [[(1, "a")]] * 3
    assert await taken(stream, 0, 99) == [(1, "a")]


async def test_it_knows_how_many_watch_and_what_it_still_holds() -> None:
    stream: Broadcast[int] = Broadcast(keep=2)
    assert (stream.watchers, stream.first, stream.last) == (0, 1, 0)
    for number in range(1, 6):
        stream.send(number)
    assert (stream.first, stream.last) == (4, 5)
    one, two = stream.follow(0), stream.follow(4)
    assert [await anext(one), await anext(two)] == [(4, 4), (5, 5)]
    assert stream.watchers == 2
    await one.aclose()
    await two.aclose()
    assert stream.watchers == 0
