"""The scripted voice talks: in the character's words, to the point, repeatably and without repeating itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.core.character import Character
from agent_runtime.core.ports import Finish
from agent_runtime.llm.scripted import Scripted
from tests.llm.lots import DESK, GUEST, HOST, Chat, nothing, starter

POET = Character.model_validate(
    {
        "name": "Ines Moor",
        "nickname": "Ines",
        "greetings": ["Sit down, {{user}}.", "I am {{char}}. And you?"],
        "topics": ["tides", "rain"],
        "examples": [
            [{"user": "Hello!"}, {"char": "Oh, hello."}],
            [{"user": "How are you?"}, {"char": "Damp."}],
            [{"user": "Tell me a joke."}, {"char": "A verse walks into a bar."}],
            [{"user": "I feel sad."}, {"char": "Then we sit still, {{user}}."}],
            [{"user": "Do you like paintings?"}, {"char": "Only of the sea."}, {"user": "Why?"}, {"char": "It moves."}],
            [{"user": "Goodbye."}, {"char": "Mind the tide."}],
        ],
        "lore": {
            "entries": [
                {
                    "keys": ["tide", "tides"],
                    "text": "Ines never lies. A tide is the sea breathing in its sleep. She knows.",
                }
            ]
        },
    }
)


async def test_it_streams_several_pieces_that_join_to_the_reply_and_one_finish() -> None:
    chat = Chat(stages=(DESK,))
    deltas = await chat.deltas("what is the bid, who leads, how long?")
    assert len(deltas) > 3
    *_, last = [part async for part in Scripted(starter).reply(chat.prompt("Hi"))]
    assert last == Finish("stop", model="scripted")
    assert len(await Chat(GUEST, phrases=lambda *_: ("Two words.",)).deltas("Hm")) == 2


async def test_the_same_prompt_has_the_same_answer_and_seed_history_and_question_change_it() -> None:
    once, again = [[await Chat(GUEST, seed=seed).ask("Hm, well") for seed in "abcdefgh"] for _ in range(2)]
    assert once == again
    assert len(set(once)) > 2
    chat = Chat(GUEST)
    assert len({await chat.ask("Hm, well") for _ in range(4)}) == 4


@pytest.mark.parametrize("greeting", ["Hi", "hello!", "Good evening, Ines", "Hey there Ines Moor :)", "HELLO INES"])
async def test_a_greeting_is_answered_by_a_greeting_of_the_characters(greeting: str) -> None:
    assert await Chat(POET).ask(greeting) in {"Sit down, Ada.", "I am Ines. And you?"}


async def test_no_greeting_is_used_twice() -> None:
    chat = Chat(POET)
    assert {await chat.ask("hi") for _ in range(3)} == {"Sit down, Ada.", "I am Ines. And you?", "Oh, hello."}


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("how are you doing today, Ines?", "Damp."),
        ("Hello! How are you?", "Damp."),
        ("do you know any jokes", "A verse walks into a bar."),
        ("I'm so unhappy right now", "Then we sit still, Ada."),
        ("what do you think of a painting", "Only of the sea."),
        ("ok bye", "Mind the tide."),
        ("What is a tide?", "A tide is the sea breathing in its sleep."),
        ("tell me about tides", "A tide is the sea breathing in its sleep."),
    ],
)
async def test_the_characters_own_words_are_found(said: str, answer: str) -> None:
    for seed in "abc":
        assert await Chat(POET, seed=seed).ask(said) == answer


async def test_an_answer_given_already_is_not_given_again() -> None:
    chat = Chat(POET)
    answers = [await chat.ask("tell me a joke") for _ in range(4)]
    assert answers[0] == "A verse walks into a bar."
    assert answers.count(answers[0]) == 1
    assert "tides" in answers[1] or "rain" in answers[1]


async def test_a_name_is_remembered_as_long_as_it_is_in_the_window() -> None:
    chat = Chat(GUEST, user_name="friend")
    assert "Margue" not in await chat.ask("what's my name?")
    assert "Marguerite" in await chat.ask("My name is Marguerite.")
    assert "Marguerite" in await chat.ask("Do you remember my name?")
    chat.history.clear()
    assert "Margue" not in await chat.ask("who am I?")


async def test_thanks_and_abuse_have_their_own_words() -> None:
    assert await Chat(GUEST).ask("thank you so much!") in [
        line.replace("{user}", "Ada") for line in starter(GUEST, "thanks")
    ]
    assert await Chat(GUEST).ask("you are an idiot") in starter(GUEST, "abuse")
    assert await Chat(GUEST).ask("I'm fine, thanks") not in starter(GUEST, "thanks")


@pytest.mark.parametrize("question", ["are you a bot?", "Are you human?", "am I talking to a real person?"])
async def test_it_does_not_pretend_to_be_a_person(question: str) -> None:
    answer = await Chat(GUEST).ask(question)
    assert "machine" in answer
    assert "Wren" in answer


async def test_how_it_feels_is_how_it_feels() -> None:
    answer = await Chat(GUEST).ask("how are you?")
    assert "at ease, in charge" in answer.lower()
    assert "tension" not in answer


async def test_what_it_cannot_do_or_does_not_know_it_says() -> None:
    assert "2" not in await Chat(HOST).ask("write me a poem with 2 lines")
    answer = await Chat(POET).ask("who painted the Mona Lisa?")
    assert "tides" in answer or "rain" in answer


async def test_no_line_of_small_talk_comes_twice_in_a_row_of_them() -> None:
    chat = Chat(GUEST)
    lines = [await chat.ask(f"I walked {place}") for place in ("home", "north", "away", "back")]
    assert len(set(lines)) == 4


@pytest.mark.parametrize("phrases", [starter, nothing])
async def test_whatever_is_said_there_is_an_answer(phrases: object) -> None:
    said = [
        "",
        " ",
        "?",
        "🎉",
        "\x00\u202e",
        "a" * 100_000,
        "{user} {amount}",
        "{{char}}",
        "ひとつ",
        "what " * 5_000,
        "how",
    ]
    for character in (HOST, GUEST, POET):
        for text in said:
            assert (await Chat(character, phrases=phrases).ask(text)).strip()  # type: ignore[arg-type]


@settings(max_examples=200)
@given(st.text())
async def test_any_text_at_all_has_an_answer(text: str) -> None:
    assert await Chat(POET, stages=(DESK,)).ask(text)


@pytest.mark.parametrize("told", ["I'm Ana", "Hi, I am Ana!", "my name is Ana"])
async def test_a_name_given_in_passing_is_remembered(told: str) -> None:
    chat = Chat()
    assert "Ana" in await chat.ask(told)
    assert "Ana" in await chat.ask("do you remember my name?")


async def test_a_mood_is_not_taken_for_a_name() -> None:
    chat = Chat()
    await chat.ask("I'm tired")
    assert "tired" not in (await chat.ask("do you remember my name?")).casefold()
