"""What is spent on models is counted, remembered and bounded; beyond the bound another voice answers."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import date

import pytest

from agent_runtime.core.clock import ManualClock
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.ports import Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt
from agent_runtime.core.tokens import MESSAGE_TOKENS, tokens_in
from agent_runtime.llm.accounting import Account, Limits
from agent_runtime.llm.budgeted import Budgeted
from agent_runtime.llm.scripted import Scripted
from tests.llm.conftest import prompt, said
from tests.llm.ledgers import MemoryLedger

DAY = date(2026, 11, 21)
NOON = 1_795_262_400.0  # of that day, UTC
REPORTED = Finish("stop", 70, 30, "tiny")
SILENT = Finish("stop", model="tiny")
PROMPT_TOKENS = sum(MESSAGE_TOKENS + tokens_in(each.content) for each in prompt().messages())


@dataclass
class Puppet:
    """A ChatModel that says these words, then its end."""

    words: tuple[str, ...] = ("Good evening, ", "friend.")
    end: Finish | ModelFailed = REPORTED
    asked: int = 0
    closed: int = 0
    name: str = field(default="tiny", init=False)

    async def reply(self, asked: Prompt) -> AsyncGenerator[Sent | Delta | Finish, None]:
        self.asked += 1
        yield Sent("tiny", asked.messages())
        for each in self.words:
            yield Delta(each)
        if isinstance(self.end, ModelFailed):
            raise self.end
        yield self.end

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


def model(account: Account, puppet: Puppet | None = None, *, is_chat: bool = True) -> Budgeted:
    return Budgeted(puppet or Puppet(), account, Scripted(lambda _character, _family: ()) if is_chat else None)


async def test_beyond_the_limit_of_a_minute_the_scripted_voice_answers_until_the_minute_is_over(
    ledger: MemoryLedger, clock: ManualClock
) -> None:
    budgeted = model(Account(Limits(tokens_per_minute=150), ledger, clock))
    for _ in range(2):
        assert (await said(budgeted))[1] == REPORTED
    text, finish = await said(budgeted)
    assert text
    assert (finish.model, finish.is_fallback) == ("scripted", True)
    clock.move_to(NOON + 59)
    assert (await said(budgeted))[1].model == "scripted"
    clock.move_to(NOON + 61)
    assert (await said(budgeted))[1] == REPORTED
    assert budgeted.name == "tiny"


async def test_where_no_other_voice_may_answer_the_reply_fails(ledger: MemoryLedger, clock: ManualClock) -> None:
    account = Account(Limits(tokens_per_minute=1), ledger, clock)
    await said(model(account))
    with pytest.raises(ModelFailed, match=r"llm\.limits") as failure:
        await said(model(account, is_chat=False))
    assert failure.value.reason == "rate_limited"


async def test_what_was_spent_today_survives_a_restart_and_tomorrow_is_another_day(
    ledger: MemoryLedger, clock: ManualClock
) -> None:
    limits = Limits(tokens_per_day=200)
    first = model(Account(limits, ledger, clock))
    await said(first)
    await said(first)
    assert ledger.days == {DAY: 200}
    again = model(Account(limits, ledger, clock))
    assert (await said(again))[1].model == "scripted"
    clock.move_to(NOON + 43_200)
    assert (await said(again))[1] == REPORTED
    assert ledger.days == {DAY: 200, date(2026, 11, 22): 100}


async def test_what_another_process_spent_counts(ledger: MemoryLedger, clock: ManualClock) -> None:
    budgeted = model(Account(Limits(tokens_per_day=1000), ledger, clock))
    await said(budgeted)
    await ledger.add(DAY, 950)
    await said(budgeted)
    assert (await said(budgeted))[1].model == "scripted"


async def test_without_the_store_what_this_process_knows_counts_and_is_written_down_later(
    ledger: MemoryLedger, clock: ManualClock
) -> None:
    puppet = Puppet()
    budgeted = model(Account(Limits(tokens_per_day=150), ledger, clock), puppet)
    ledger.is_away = True
    await said(budgeted)
    await said(budgeted)
    assert (await said(budgeted))[1].model == "scripted"
    ledger.is_away = False
    await budgeted.close()
    assert ledger.days == {DAY: 200}
    assert puppet.closed == 1


async def test_what_the_provider_does_not_count_is_estimated(ledger: MemoryLedger, clock: ManualClock) -> None:
    budgeted = model(Account(Limits(tokens_per_day=1000), ledger, clock), Puppet(end=SILENT))
    await said(budgeted)
    assert ledger.days == {DAY: PROMPT_TOKENS + tokens_in("Good evening, friend.")}


async def test_a_reply_that_broke_off_costs_what_was_said_and_one_that_never_began_nothing(
    ledger: MemoryLedger, clock: ManualClock
) -> None:
    account = Account(Limits(tokens_per_day=1000), ledger, clock)
    with pytest.raises(ModelFailed):
        await said(model(account, Puppet(words=(), end=ModelFailed("unreachable", "nobody there"))))
    await account.keep()
    assert ledger.days in ({}, {DAY: 0})
    with pytest.raises(ModelFailed):
        await said(model(account, Puppet(end=ModelFailed("truncated", "broke off"))))
    await account.keep()
    assert ledger.days[DAY] > PROMPT_TOKENS


async def test_a_reply_that_nobody_waited_for_costs_what_was_said(ledger: MemoryLedger, clock: ManualClock) -> None:
    account = Account(Limits(tokens_per_day=1000), ledger, clock)
    replies = model(account).reply(prompt())
    async for part in replies:
        if isinstance(part, Delta):
            break
    await replies.aclose()
    await account.keep()
    assert ledger.days[DAY] == PROMPT_TOKENS + tokens_in("Good evening, ")


async def test_without_limits_nothing_is_written_down(ledger: MemoryLedger, clock: ManualClock) -> None:
    budgeted = model(Account(Limits(), ledger, clock))
    for _ in range(5):
        assert (await said(budgeted))[1] == REPORTED
    await budgeted.close()
    assert ledger.days == {}
