"""The tone of a message: thanks and abuse move a mood, anything else does not."""

import pytest

from agent_runtime.core.tone import feelings


@pytest.mark.parametrize("text", ["Thank you!", "thanks a lot", "BRAVO", "you're the best", "I love this"])
def test_thanks_are_felt(text: str) -> None:
    assert [each.emotion for each in feelings(text)] == ["gratitude"]


@pytest.mark.parametrize("text", ["shut up", "You stupid machine", "useless", "Thanks, idiot"])
def test_abuse_is_felt_even_among_thanks(text: str) -> None:
    assert [each.emotion for each in feelings(text)] == ["anger"]


@pytest.mark.parametrize("text", ["", "What is the bid?", "thankless", "a dumbbell", "x" * 16_000])
def test_anything_else_is_not(text: str) -> None:
    assert feelings(text) == ()
