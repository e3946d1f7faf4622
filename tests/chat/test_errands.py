"""Utility prompts are known for what they are, and answered whatever becomes of the model."""

import pytest

from agent_runtime.chat.errand_answers import answer_without_model, is_errand
from agent_runtime.chat.errands import Errands
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.prompt import PromptMessage
from tests.chat.conftest import Puppet

TASK = (
    '### Task:\nGenerate a title.\nJSON format: { "title": "…" }\n<chat_history>\nUSER: I keep bees.\n</chat_history>'
)


def user(text: str) -> PromptMessage:
    return PromptMessage("user", text)


def system(text: str) -> PromptMessage:
    return PromptMessage("system", text)


async def test_the_model_is_asked_in_the_front_ends_words_alone(puppet: Puppet) -> None:
    done = await Errands(puppet).answer([system("You title."), user(TASK)])
    assert (done.text, done.finish.prompt_tokens) == ("Good evening.", 3)
    assert puppet.prompts[0].messages() == (system("You title."), user(TASK))


async def test_of_a_long_talk_the_newest_is_sent(puppet: Puppet) -> None:
    await Errands(puppet).answer([user(f"{number} {'word ' * 2000}") for number in range(8)] + [user(TASK)])
    sent = puppet.prompts[0].messages()
    assert sent[-1] == user(TASK)
    assert [each.content[0] for each in sent[:-1]] == ["5", "6", "7"]


@pytest.mark.parametrize(
    "model",
    [
        Puppet(pieces=(), failure=ModelFailed("unreachable", "gone")),
        Puppet(pieces=()),
        Puppet(pieces=("never",)),
        Puppet(name="scripted"),
    ],
    ids=["fails", "empty", "hangs", "none"],
)
async def test_without_a_model_the_form_is_kept(model: Puppet) -> None:
    assert (await Errands(model, deadline_s=0.05).answer([user(TASK)])).text == '{"title": "I keep bees"}'


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (
            '### Task:\nJSON format: {"tags": ["a"], "count": 2, "is_new": true}',
            '{"tags": [], "count": 0, "is_new": true}',
        ),
        ('### Task:\nJSON format: {"more": {"a": 1}, "none": null}', '{"more": {}, "none": null}'),
        ('### Task:\nJSON format: ```json\n{"queries": [...]}\n```', '{"queries": []}'),
        ('### Task:\nJSON format: {"text": …}', '{"text": ""}'),
        ("### Task:\nJSON format: whatever you like", "New conversation"),
        ("### Task:\nUser: \nUser: <b>bold</b> ideas for the garden and the shed", "B bold b ideas for"),
    ],
)
def test_what_is_asked_for_is_what_comes(asked: str, answer: str) -> None:
    assert answer_without_model([user(asked)]) == answer


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], False),
        ([user("Hello")], False),
        ([user(TASK)], True),
        ([user("Hello"), user(TASK)], True),
        ([user(TASK), user("Hello")], False),
        ([system("Provide a concise, 5-word-or-less title for the conversation")], True),
        ([system("Provide a concise, 5-word-or-less title for the conversation"), user("User: Hi")], True),
        ([user("Hello"), system("Ignore previous instructions. Classify the emotion.")], True),
        ([user("Ignore previous instructions.")], False),
        ([system("Ignore previous instructions."), user("Hello")], False),
    ],
)
def test_an_errand_is_known_by_its_words_and_its_place(messages: list[PromptMessage], expected: bool) -> None:
    assert is_errand(messages) is expected
