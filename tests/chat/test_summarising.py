"""A long conversation is summed up beside its turns; a turn reads the summary and never pays for the length."""

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
from tests.waiting import until

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

    async def consider(self, newest: Message) -> None:
        """As after a turn that ended with `newest`."""
        window = await self.database.messages.path(newest.id, WINDOW)
        self.summariser.consider(newest, window[0].parent_id, ADA)

    async def summed_up(self, upto: int) -> Summary:
        kept = self.summaries.kept
        await until(lambda: self.session in kept and kept[self.session].upto_seq >= upto)
        return kept[self.session]


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
    await long.consider(newest)
    assert len(long.summariser._busy) == 0
    assert await long.summariser.before(newest) == ""


async def test_what_has_left_the_window_is_summed_up_and_read_by_the_next_turn(long: Long) -> None:
    newest = await long.grow(12)
    await long.consider(newest)
    summary = await long.summed_up(20)
    assert 'told: "I collect 0 clocks"' in summary.text
    assert "Who won lot 10?" not in summary.text
    assert await long.summariser.before(newest) == summary.text
    reads = long.summaries.reads
    for _ in range(5):
        await long.summariser.before(newest)
    assert long.summaries.reads == reads


async def test_the_next_summary_folds_the_one_before_in(long: Long) -> None:
    await long.consider(await long.grow(12))
    first = await long.summed_up(20)
    newest = await long.grow(10)
    await long.consider(newest)
    second = await long.summed_up(40)
    assert first.text.splitlines()[0] in second.text
    assert len(second.text) <= 1000


async def test_it_is_there_after_a_restart(long: Long, puppet: Puppet) -> None:
    newest = await long.grow(12)
    await long.consider(newest)
    summary = await long.summed_up(20)
    again = Summariser(long.summaries, long.database.messages, puppet, SystemClock(), WINDOW, reading_s=20)
    assert await again.before(newest) == summary.text


async def test_a_real_model_writes_it_and_its_words_are_bounded(database: Database, puppet: Puppet) -> None:
    puppet.pieces = ("Ada's guest collects clocks. ", "word " * 500)
    long = await _long(database, puppet)
    await long.consider(await long.grow(12))
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
    await long.consider(await long.grow(12))
    assert 'told: "I collect 0 clocks"' in (await long.summed_up(20)).text


async def test_a_store_that_is_away_costs_the_summary_and_not_the_turn(long: Long) -> None:
    newest = await long.grow(12)
    long.summaries.failure = Unavailable("away")
    assert await long.summariser.before(newest) == ""
    await long.consider(newest)
    await until(lambda: not long.summariser._busy)
    long.summaries.failure = None
    await long.consider(newest)
    await long.summed_up(20)


async def test_no_more_than_two_are_made_at_once(database: Database) -> None:
    puppet = Puppet()
    long = await _long(database, puppet)
    for _ in range(4):
        long.session = (await database.sessions.create(session())).id
        await long.consider(await long.grow(12))
    assert len(long.summariser._busy) == 2
    await long.summariser.close()


async def test_a_summary_of_messages_that_are_gone_is_not_read(long: Long) -> None:
    newest = await long.grow(4)
    stale = Summary(session_id=long.session, upto_seq=99, text="old", updated_at=NOON)
    long.summaries.kept[long.session] = stale
    assert await long.summariser.before(newest) == ""
