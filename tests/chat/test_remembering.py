"""A conversation remembers: what a guest told is handed on after the reply, what comes to mind is in the prompt."""

import pytest

from agent_runtime.chat.conversations import Guest
from agent_runtime.core.errors import ModelFailed
from agent_runtime.store.database import Database
from tests.chat.conftest import Chatting, Puppet, chat_on
from tests.chat.memories import Notebook

BOB = Guest("u1", "Bob")


def with_notebook(database: Database, puppet: Puppet, notebook: Notebook) -> Chatting:
    return chat_on(database, puppet, recollector=notebook)


async def test_what_comes_to_mind_is_in_the_prompt(database: Database, puppet: Puppet) -> None:
    chat = with_notebook(database, puppet, Notebook(known=('Bob said: "I collect clocks"',)))
    session = await chat.session(BOB)
    await chat.answer(session, "Hello!")
    (prompt,) = puppet.prompts
    assert [memory.text for memory in prompt.circumstances.memories] == ['Bob said: "I collect clocks"']
    assert "I collect clocks" in prompt.messages()[-2].content


async def test_what_is_told_goes_under_the_users_id_also_after_a_restart(database: Database, puppet: Puppet) -> None:
    notebook = Notebook()
    chat = with_notebook(database, puppet, notebook)
    session = await chat.session(BOB)
    await chat.answer(session, "I collect clocks")
    await with_notebook(database, puppet, notebook).answer(session, "I love rain")
    assert notebook.heard == [("u1", "Bob", "I collect clocks"), ("u1", "Bob", "I love rain")]
    assert notebook.asked == [("ada", "u1", "Bob")] * 2


async def test_of_a_guest_without_an_id_it_goes_under_the_session(database: Database, puppet: Puppet) -> None:
    notebook = Notebook()
    chat = with_notebook(database, puppet, notebook)
    session = await chat.session()
    await chat.answer(session, "I collect clocks", Guest())
    assert notebook.heard == [(session, "", "I collect clocks")]
    assert notebook.asked == [("ada", session, "guest")]


async def test_who_says_in_a_turn_that_they_are_somebody_else_is_remembered_as_that(
    database: Database, puppet: Puppet
) -> None:
    notebook = Notebook()
    chat = with_notebook(database, puppet, notebook)
    session = await chat.session(BOB)
    await chat.answer(session, "I collect clocks", Guest("u2", ""))
    assert notebook.heard == [("u2", "", "I collect clocks")]
    assert notebook.asked == [("ada", "u2", "guest")]


async def test_a_turn_that_failed_is_not_remembered(database: Database, puppet: Puppet) -> None:
    notebook = Notebook()
    puppet.failure = ModelFailed("timeout", "too slow")
    chat = with_notebook(database, puppet, notebook)
    session = await chat.session(BOB)
    with pytest.raises(ModelFailed):
        await chat.answer(session, "I collect clocks")
    assert notebook.heard == []
