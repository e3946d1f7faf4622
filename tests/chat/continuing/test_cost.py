"""However long a history is that a client sends again, the store is asked the same; and each message is hashed once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from agent_runtime.chat.chain import Said
from agent_runtime.chat.placing import ClientTurn
from agent_runtime.store.database import Database
from tests.chat.clients import Counting, FrontEnd, continuing_on
from tests.chat.conftest import Chatting, chat_on
from tests.chat.counting import Cost, Counted


class Read(str):
    """A text that counts how often it is made ready to be hashed."""

    times = 0

    def strip(self, chars: str | None = None, /) -> str:
        self.times += 1
        return super().strip(chars)


@pytest.fixture
def counted(database: Database) -> Counted:
    return Counted(database)


@pytest.fixture
async def chat(counted: Counted, database: Database) -> AsyncIterator[Chatting]:
    built = chat_on(database, Counting())
    yield built
    await built.conversations.close(0)


async def cost_of(client: FrontEnd, counted: Counted) -> Cost:
    async with counted.counting() as cost:
        await client.say("And then?")
    return cost


def long_history(messages: int) -> list[Said]:
    return [Said(("user", "assistant")[number % 2], f"{number}") for number in range(messages)]  # type: ignore[arg-type]


async def test_a_turn_asks_the_same_at_twenty_and_at_two_thousand_messages(
    chat: Chatting, counted: Counted, database: Database
) -> None:
    costs: list[Cost] = []
    for messages in (20, 2000):
        client = FrontEnd(continuing_on(database, chat), history=long_history(messages))
        await client.say("Go on")
        costs.append(await cost_of(client, counted))
        assert len(set(client.begun)) == 1
    assert costs[0] == costs[1]
    assert (costs[0].reads, costs[0].writes) == (0, 2)  # a commit for the question, a commit for the reply


async def test_after_a_restart_one_question_finds_the_place(
    chat: Chatting, counted: Counted, database: Database
) -> None:
    costs: list[Cost] = []
    for messages in (20, 2000):
        client = FrontEnd(continuing_on(database, chat), history=long_history(messages))
        await client.say("Go on")
        client.continuing = continuing_on(database, chat)
        costs.append(await cost_of(client, counted))
        assert len(set(client.begun)) == 1
    assert costs[0] == costs[1]
    assert (costs[0].reads, costs[0].writes) == (1, 2)


@pytest.mark.parametrize("named", [{"thread": "chat-1"}, {"session_id": "mine"}])
async def test_a_session_that_is_named_is_no_dearer(
    named: dict[str, Any], chat: Chatting, counted: Counted, database: Database
) -> None:
    client = FrontEnd(continuing_on(database, chat), named)
    await client.say("Hello")
    cost = await cost_of(client, counted)
    assert (cost.reads, cost.writes) == (0, 2)


async def test_each_message_of_a_history_is_hashed_once(chat: Chatting, database: Database) -> None:
    client = FrontEnd(continuing_on(database, chat), history=long_history(200))
    await client.say("Go on")
    client.history = [Said(role, Read(text)) for role, text in client.history] + [Said("user", Read("And then?"))]
    turn = ClientTurn("ada", tuple(client.history))
    async with client.continuing.begun(turn) as running:
        await running.reply()
    assert {each.text.times for each in client.history if isinstance(each.text, Read)} == {1}
