"""How many tokens a text is: a little more than a model counts, never far off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.tokens import clipped, tokens_in


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("four", 1), ("a sentence of twenty", 5), ("привет", 5), ("東京", 3), ("🦔", 2), ("\ud800", 2)],
)
def test_a_text_is_so_many_tokens(text: str, tokens: int) -> None:
    assert tokens_in(text) == tokens


@given(st.text(), st.text())
def test_texts_together_are_no_more_than_each_alone(one: str, other: str) -> None:
    assert tokens_in(one + other) <= tokens_in(one) + tokens_in(other)


@given(st.text(), st.integers(-1, 20))
def test_what_is_cut_is_the_beginning_and_fits(text: str, tokens: int) -> None:
    cut = clipped(text, tokens)
    assert text.startswith(cut)
    assert tokens_in(cut) <= max(0, tokens)
    assert cut == text or tokens_in(text) > tokens
