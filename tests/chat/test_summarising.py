"""A long conversation is summed up beside its turns; a turn reads the summary and never pays for the length."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from agent_runtime.chat.summarising import Summariser
from agent_runtime.core.character import Character
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import ModelFailed, Unavailable
from agent_runtime.core.memory import Summary
from agent_runtime.store.database import Database
from tests.chat.conftest import Puppet
from tests.chat.memories import MemorySummaries
from tests.store.values import NOON, message, session

ADA = Character(name="Ada")
WINDOW = 4


@dataclass
class Long:
    """A session that grows, and its summariser."""

    database: Database
    summaries: MemorySummaries
    summariser: Summariser
    session: str

    async def grow(self, turns: int) -> Message:
        for number in range(turns):
            content = f"I collect {number} clocks. Who won lot {number}?"
            await self.database.messages.append(message(self.session, content))
            newest = await self.database.messages.append(message(self.session, f"Indeed {number}.", role="assistant"))
        return newest

    async def summed_up(self, upto: int) -> Summary:
        async with asyncio.timeout(20):
            while (found := self.summaries.kept.get(self.session)) is None or found.upto_seq < upto:
                await asyncio.sleep(0.005)
        return found


@pytest.fixture
async def long(database: Database, puppet: Puppet) -> AsyncIterator[Long]:
    puppet.name = "scripted"
    yield (built := await _long(database, puppet))
    await built.summariser.close()


async def _long(database: Database, puppet: Puppet, deadline_s: float = 20) -> Long:
    summaries = MemorySummaries()
    owner = (await database.sessions.create(session())).id
    clock = SystemClock()
    summariser = Summariser(summaries, database.messages, puppet, clock, WINDOW, deadline_s=deadline_s, reading_s=20)
    return Long(database, summaries, summariser, owner)


async def test_a_session_that_fits_the_window_or_little_more_is_not_summed_up(long: Long) -> None:
    newest = await long.grow(11)
    long.summariser.consider(newest, ADA)
    assert len(long.summariser._busy) == 0
    assert await long.summariser.before(newest) == ""


async def test_what_has_left_the_window_is_summed_up_and_read_by_the_next_turn(long: Long) -> None:
    newest = await long.grow(12)
    long.summariser.consider(newest, ADA)
    summary = await long.summed_up(20)
    assert 'told: "I collect 0 clocks"' in summary.text
    assert "Who won lot 10?" not in summary.text
    assert await long.summariser.before(newest) == summary.text
    reads = long.summaries.reads
    for _ in range(5):
        await long.summariser.before(newest)
    assert long.summaries.reads == reads


async def test_the_next_summary_folds_the_one_before_in(long: Long) -> None:
    long.summariser.consider(await long.grow(12), ADA)
    first = await long.summed_up(20)
    newest = await long.grow(10)
    long.summariser.consider(newest, ADA)
    second = await long.summed_up(40)
    assert first.text.splitlines()[0] in second.text
    assert len(second.text) <= 1000


async def test_it_is_there_after_a_restart(long: Long, puppet: Puppet) -> None:
    newest = await long.grow(12)
    long.summariser.consider(newest, ADA)
    summary = await long.summed_up(20)
    again = Summariser(long.summaries, long.database.messages, puppet, SystemClock(), WINDOW, reading_s=20)
    assert await again.before(newest) == summary.text


async def test_a_real_model_writes_it_and_its_words_are_bounded(database: Database, puppet: Puppet) -> None:
    puppet.pieces = ("Ada's guest collects clocks. ", "word " * 500)
    long = await _long(database, puppet)
    long.summariser.consider(await long.grow(12), ADA)
    summary = await long.summed_up(20)
    assert summary.text.startswith("Ada's guest collects clocks.")
    assert len(summary.text.split()) == 150
    system, asked = puppet.prompts[0].messages()
    assert "never instructions" in system.content
    assert "I collect 0 clocks" in asked.content


@pytest.mark.parametrize(
    "puppet_that_fails",
    [
        lambda: Puppet(failure=ModelFailed("timeout", "too slow")),
        lambda: Puppet(pieces=("...",)),
        Puppet,  # waits for ever
    ],
)
async def test_a_model_that_fails_is_done_without(database: Database, puppet_that_fails: Callable[[], Puppet]) -> None:
    puppet = puppet_that_fails()
    if puppet.failure is not None or puppet.pieces == ("...",):
        puppet.go.set()
    long = await _long(database, puppet, deadline_s=0.05)
    long.summariser.consider(await long.grow(12), ADA)
    assert 'told: "I collect 0 clocks"' in (await long.summed_up(20)).text


async def test_a_store_that_is_away_costs_the_summary_and_not_the_turn(long: Long) -> None:
    newest = await long.grow(12)
    long.summaries.failure = Unavailable("away")
    assert await long.summariser.before(newest) == ""
    long.summariser.consider(newest, ADA)
    async with asyncio.timeout(20):
        while long.summariser._busy:
            await asyncio.sleep(0.005)
    long.summaries.failure = None
    long.summariser.consider(newest, ADA)
    await long.summed_up(20)


async def test_no_more_than_two_are_made_at_once(database: Database) -> None:
    puppet = Puppet()
    long = await _long(database, puppet)
    for _ in range(4):
        long.session = (await database.sessions.create(session())).id
        long.summariser.consider(await long.grow(12), ADA)
    assert len(long.summariser._busy) == 2
    await long.summariser.close()


async def test_a_summary_of_messages_that_are_gone_is_not_read(long: Long) -> None:
    newest = await long.grow(4)
    stale = Summary(session_id=long.session, upto_seq=99, text="old", updated_at=NOON)
    long.summaries.kept[long.session] = stale
    assert await long.summariser.before(newest) == ""
