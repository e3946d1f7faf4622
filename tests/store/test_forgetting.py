"""What is forgotten stays so, whatever is remembered after it, at the same time, or by another process."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter

import pytest

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import NotFound
from agent_runtime.core.memory import Memory
from agent_runtime.store.database import Database
from agent_runtime.store.memories import SqlMemories
from tests.store.memory_values import memory
from tests.store.values import NOON

LATER = NOON + timedelta(hours=1)


def at(database: Database, hours: float) -> SqlMemories:
    """Memories that are forgotten so long after noon."""
    return replace(database.memories, clock=ManualClock((NOON + timedelta(hours=hours)).timestamp()))


async def kept_in(database: Database, agent_id: str = "ada") -> tuple[Memory, ...]:
    return (await database.memories.list(agent_id)).data


async def test_those_that_are_new_or_in_new_words_are_told_of_in_their_order(database: Database) -> None:
    known, reworded, renamed, hers = memory("a"), memory("b"), memory("c", subject="Bo"), memory("d", agent_id="eve")
    assert await database.memories.remember([hers, known, reworded, renamed]) == (hers, known, reworded, renamed)
    new, words = memory("e"), reworded.model_copy(update={"text": "B"})
    name, stolen = renamed.model_copy(update={"subject": "Ann"}), hers.model_copy(update={"agent_id": "ada"})
    late = known.model_copy(update={"created_at": LATER, "importance": 0.9})
    assert await database.memories.remember([words, late, stolen, new, name]) == (words, new, name)
    assert set(await kept_in(database)) == {known, words, new, name}


async def test_what_the_records_tell_again_stays_forgotten_even_in_new_words(database: Database) -> None:
    sold, won, other = memory("Sold.", kind="outcome"), memory("2 lots.", kind="bidder"), memory("Kept.")
    await database.memories.remember([sold, won, other])
    for each in (sold, won):
        await at(database, 2).forget("ada", each.id)
    again = won.model_copy(update={"text": "3 lots.", "created_at": NOON + timedelta(days=1)})
    new = memory("New.", kind="outcome")
    assert await database.memories.remember([sold, again, other, new]) == (new,)
    assert set(await kept_in(database)) == {other, new}
    with pytest.raises(NotFound):
        await database.memories.forget("ada", won.id)
    assert await database.memories.recall("ada", "lots sold", now=NOON) == ()


@pytest.mark.parametrize("kind", ["fact", "joke"])
async def test_what_somebody_tells_after_it_was_forgotten_is_told_anew(database: Database, kind: str) -> None:
    told = memory("I collect clocks.", kind=kind, about_user="bo")
    later = told.model_copy(update={"created_at": LATER})
    await database.memories.remember([told])
    await at(database, 0.5).forget("ada", told.id)
    assert await database.memories.remember([told]) == ()  # written late, or twice
    assert await database.memories.remember([later]) == (later,)
    assert await database.memories.remember([told]) == ()
    assert await kept_in(database) == (later,)
    await at(database, 2).forget("ada", told.id)
    assert await database.memories.remember([later]) == ()
    assert await kept_in(database) == ()


async def test_everything_forgotten_stays_so_after_a_restart_and_nothing_of_another(database_url: str) -> None:
    everything = [memory(f"heron {n}", kind="outcome", about_user="bo" if n % 3 else None) for n in range(300)]
    hers = memory("heron", agent_id="eve", kind="outcome")
    async with Database(database_url) as database:
        await database.memories.remember([*everything, hers])
        assert await database.memories.forget_all("ada") == 300
    async with Database(database_url) as database:
        new = memory("heron", kind="outcome")
        assert await database.memories.remember([*everything, hers, new]) == (new,)
        assert (await kept_in(database), await kept_in(database, "eve")) == ((new,), (hers,))
        assert await database.memories.forget_all("ada") == 1


async def test_a_mark_is_of_one_agent_alone(database: Database) -> None:
    ours = memory("heron", kind="outcome")
    theirs = ours.model_copy(update={"agent_id": "eve"})
    await database.memories.remember([ours])
    await database.memories.forget("ada", ours.id)
    assert await database.memories.remember([theirs]) == (theirs,)


async def test_a_race_of_remembering_and_forgetting_ends_forgotten(database_url: str) -> None:
    async with Database(database_url) as one, Database(database_url) as two:
        for n in range(25):
            # In one order, as remembering does: PostgreSQL would end a deadlock by refusing one of them.
            first = sorted((memory(f"heron {n}", kind="outcome") for _ in range(5)), key=attrgetter("id"))
            again = [each.model_copy(update={"text": "reworded"}) for each in first]
            await one.memories.remember(first)
            await asyncio.gather(
                one.memories.remember(again),
                *(two.memories.forget("ada", each.id) for each in first),
                one.memories.remember(first),
            )
            assert await kept_in(two) == ()
