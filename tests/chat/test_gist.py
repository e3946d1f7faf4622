"""The gist of a conversation keeps what matters, once, and stays short."""

from agent_runtime.chat.gist import GIST_LIMIT, gist_of
from agent_runtime.core.conversation import Message
from tests.store.values import message


def said(content: str, role: str = "user") -> Message:
    return Message(**message("s", content, role=role).model_dump(), seq=1)


def test_what_the_guest_told_and_asked_is_kept_in_their_words() -> None:
    gist = gist_of("", [said("Hi. I collect clocks! Who won lot 3?"), said("I love answering", "assistant")])
    assert gist == 'told: "I collect clocks"\nasked: "Who won lot 3?"'


def test_what_was_kept_before_is_kept_on_and_nothing_twice() -> None:
    first = gist_of("", [said("I collect clocks")])
    assert gist_of(first, [said("I collect clocks"), said("And I love rain")]) == f'{first}\ntold: "And I love rain"'


def test_it_stays_short_and_the_oldest_questions_go_first() -> None:
    gist = gist_of('told: "I collect clocks"', [said(f"Is it {number} {'x' * 90}?") for number in range(50)])
    assert len(gist) <= GIST_LIMIT
    assert gist.startswith('told: "I collect clocks"')
    assert "49" in gist
    assert len(gist_of("x" * 5000, [said("I collect clocks")])) <= GIST_LIMIT
