"""Words for full-text search: folded alike, marked with whose they are, and few."""

from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.store.words import asked_words, marked_words, owner_tag


def test_marks_of_different_owners_differ_and_are_the_same_for_ever() -> None:
    owners = [("ada", None), ("ada", "bo"), ("ada", "cy"), ("adab", "o"), ("eve", None)]
    assert len({owner_tag(*owner) for owner in owners}) == len(owners)
    assert owner_tag("ada", None) == "46bf969429d2"  # the words that are kept begin with it


def test_each_word_is_kept_once_behind_the_mark() -> None:
    assert marked_words("tag", "Blue-Heron", "the BLUE h\u00e9ron_2") == ("tagblue", "tagheron", "tagthe", "tag2")


def test_a_question_has_at_most_thirty_two_words_and_none_that_only_ask() -> None:
    assert asked_words("What is the heron's name?") == ("heron*", "name*")
    assert asked_words("lots of glass, 7 a 1250") == ("lot*", "glass*", "7", "1250")
    assert len(asked_words(" ".join(f"word{n}" for n in range(1000)))) == 32


def test_text_that_folding_would_blow_up_is_cut_first() -> None:
    assert sum(map(len, marked_words("", "\ufdfa " * 1_000_000))) < 1000
    assert marked_words("", "x" * 1_000_000) == ("x" * 40,)


@given(text=st.text(max_size=200))
def test_words_have_nothing_that_a_search_would_read_as_its_own(text: str) -> None:
    for word in (*asked_words(text), *marked_words("", text)):
        assert word.removesuffix("*").isalnum()
