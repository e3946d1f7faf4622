"""Recalling is quick or nothing: private things for whom they are of, no query where there is nothing to recall."""

import asyncio

import pytest

from agent_runtime.core.clock import SystemClock
from agent_runtime.core.errors import Unavailable
from agent_runtime.memory.extracting import Heard, memories_in
from agent_runtime.memory.recalling import Recalling
from tests.memory.doubles import MemoryMemories, past
from tests.store.values import NOON


def told(user: str, name: str, text: str, *, is_public: bool = False) -> MemoryMemories:
    memories = memories_in(Heard("vesper", user, name, text, "m", NOON, is_public=is_public))
    return MemoryMemories({memory.id: memory for memory in memories})


async def test_what_a_guest_told_comes_back_to_that_guest_alone() -> None:
    memories = told("u1", "Ada", "I collect clocks")
    recalling = Recalling(memories, SystemClock())
    (found,) = await recalling.recall("vesper", "which clocks do I have?", about_user="u1", name="Ada")
    assert found.memory.text == 'Ada said: "I collect clocks"'
    for other in ("u2", None):
        assert await recalling.recall("vesper", "which clocks?", about_user=other, name="Ada") == ()
    assert recalling.take_used() == [found.memory.id]
    assert recalling.take_used() == []


async def test_the_name_of_who_asks_brings_back_what_they_told() -> None:
    recalling = Recalling(told("u1", "Ada", "I collect clocks"), SystemClock())
    assert len(await recalling.recall("vesper", "hello again", about_user="u1", name="Ada")) == 1


async def test_an_agent_without_memories_costs_one_query_ever() -> None:
    memories = MemoryMemories()
    recalling = Recalling(memories, SystemClock())
    for _ in range(3):
        assert await recalling.recall("vesper", "clocks?") == ()
    assert memories.queries == 1
    recalling.has("vesper", any_memory=True)
    await recalling.recall("vesper", "clocks?")
    assert memories.queries == 2


@pytest.mark.parametrize("failure", [Unavailable("the store is away"), None])
async def test_a_store_that_fails_or_hangs_brings_nothing_back_and_breaks_nothing(failure: Exception | None) -> None:
    memories = told("u1", "Ada", "I collect clocks")
    memories.failure, memories.waits = failure, None if failure else asyncio.Event()
    recalling = Recalling(memories, SystemClock(), deadline_s=0.02)
    assert await recalling.recall("vesper", "clocks?", about_user="u1") == ()
    memories.failure = memories.waits = None
    patient = Recalling(memories, SystemClock(), deadline_s=20)
    assert len(await patient.recall("vesper", "clocks?", about_user="u1")) == 1


async def test_lots_that_are_over_are_those_it_hosts() -> None:
    recalling = Recalling(MemoryMemories(), SystemClock())
    lots = (past(2, "Bell", campaign_id="c1"), past(1, "Moon", campaign_id="c2"))
    recalling.learned(lots)
    assert recalling.past(lambda _subject, campaign: campaign == "c1") == lots[:1]
