"""The phrase book: seeded shuffle bags, words for a mood, and slots that are filled once."""

from collections import Counter
from itertools import pairwise

import pytest

from agent_runtime.core.character import Character, Phrases, Variants
from agent_runtime.core.phrases import FAMILIES
from agent_runtime.core.presence import Mood
from agent_runtime.core.starter_phrases import STARTER
from agent_runtime.narration.phrasebook import PhraseBook, Template
from tests.narration.shows import HOST

KNOWN = ("lot", "title", "amount", "bidder", "next")


def draws(
    book: PhraseBook, count: int, family: str = "bid", mood: Mood = Mood.NEUTRAL, short: bool = False
) -> list[str]:
    found = [book.draw(family, mood, KNOWN, subject="lot-1", is_short=short) for _ in range(count)]
    return [each.text for each in found if each is not None]


def test_every_variant_is_used_before_one_comes_again() -> None:
    drawn = draws(PhraseBook(HOST, "0"), 90)
    variants = len([text for text in STARTER["bid"].long if "{loser}" not in text])
    assert variants >= 4
    for start in range(0, 90 - variants, variants):
        assert len(set(drawn[start : start + variants])) == variants


def test_a_variant_never_follows_itself() -> None:
    for seed in range(50):
        drawn = draws(PhraseBook(HOST, str(seed)), 60)
        assert all(first != second for first, second in pairwise(drawn))


def test_the_same_seed_draws_the_same_words_and_another_does_not() -> None:
    assert draws(PhraseBook(HOST, "a"), 40) == draws(PhraseBook(HOST, "a"), 40)
    assert draws(PhraseBook(HOST, "a"), 40) != draws(PhraseBook(HOST, "b"), 40)
    other = HOST.model_copy(update={"slug": "other"})
    assert draws(PhraseBook(other, "a"), 40) != draws(PhraseBook(HOST, "a"), 40)


def test_only_variants_whose_facts_are_known_are_drawn() -> None:
    book = PhraseBook(HOST, "0")
    for family in FAMILIES:
        for _ in range(20):
            found = book.draw(family, Mood.NEUTRAL, ("lot", "title"), subject="lot-1")
            assert found is None or found.slots <= {"lot", "title"}


def test_facts_that_are_wanted_are_named_where_a_variant_can() -> None:
    book, wanted = PhraseBook(HOST, "0"), [frozenset({"lot", "title"}), frozenset({"amount"})]
    for short in (False, True):
        for _ in range(30):
            found = book.draw("bid", Mood.NEUTRAL, KNOWN, subject="lot-1", is_short=short, wanted=wanted)
            assert found is not None
            assert found.slots & wanted[0]
            assert found.slots & wanted[1]


def test_a_mood_adds_its_own_words_and_a_character_overrides_a_family() -> None:
    moods = {Mood.EXCITED: Variants(long=("Yes! {amount}!",))}
    own = {"bid": Phrases(long=("It is {amount}.",), moods=moods)}
    book = PhraseBook(Character(name="Otto", phrases=own), "0")
    assert set(draws(book, 4)) == {"It is {amount}."}
    assert set(draws(PhraseBook(Character(name="Otto", phrases=own), "0"), 8, mood=Mood.EXCITED)) == {
        "It is {amount}.",
        "Yes! {amount}!",
    }
    assert set(draws(book, 4, family="sold")) <= set(STARTER["sold"].long)


def test_a_family_without_short_words_uses_its_long_ones() -> None:
    book = PhraseBook(Character(name="Otto", phrases={"bid": Phrases(long=("It is {amount}.",))}), "0")
    assert draws(book, 2, short=True) == ["It is {amount}."] * 2


@pytest.mark.parametrize("family", ["open", "sold", "passed", "cancelled", "correction"])
def test_what_must_be_said_is_said_even_by_a_character_without_words_for_it(family: str) -> None:
    silent = Character(name="Otto", phrases={family: Phrases(long=("{nothing} {known}",), short=("{nothing}",))})
    found = PhraseBook(silent, "0").draw(family, Mood.NEUTRAL, KNOWN, subject="lot-1")
    assert found is not None
    assert "title" in found.slots


def test_what_a_value_contains_is_never_read_as_a_slot() -> None:
    filled = Template("{bidder} at {amount}").filled({"bidder": "{amount}{reserve}", "amount": "$5"})
    assert filled == "{amount}{reserve} at $5"


def test_words_wear_evenly() -> None:
    counted = Counter(draws(PhraseBook(HOST, "0"), 900))
    assert max(counted.values()) - min(counted.values()) <= 1
