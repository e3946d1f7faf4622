"""Which lore a conversation brings up: by keys, under conditions, in rounds, within a budget."""

import time
from typing import Any

import pytest

from agent_runtime.core.character import Lore
from agent_runtime.core.lore import Talk, brought_up, standing
from agent_runtime.core.lore_book import MOST_PATTERNS
from agent_runtime.core.macros import Names

NAMES = Names("Ada", "Bob", seed="s")


def book(*entries: dict[str, Any], **values: Any) -> Lore:
    return Lore.model_validate({"entries": [{"text": f"E{n}", **each} for n, each in enumerate(entries)], **values})


def told(lore: Lore, *lines: str, replies: int = 0) -> list[str]:
    always = standing(lore, NAMES)
    return [each.text for each in (*always, *brought_up(lore, Talk(lines, replies), NAMES, always))]


def test_an_entry_is_told_when_a_key_comes_up() -> None:
    lore = book({"keys": ["ox", "cow"]}, {"keys": ["goat"]}, {"keys": []})
    assert told(lore, "Bob: a COW?") == ["E0"]
    assert told(lore, "Bob: cowl") == []


def test_who_speaks_is_looked_at_too() -> None:
    assert told(book({"keys": ["bob"]}), "Bob: hi") == ["E0"]


def test_only_the_newest_messages_are_looked_through() -> None:
    lore = book({"keys": ["ox"]}, {"keys": ["ox"], "text": "@@scan_depth 3\nfar"}, scan_depth=2)
    assert told(lore, "an ox", "b", "c") == ["far"]
    assert told(lore, "a", "an ox", "c") == ["E0", "far"]
    assert told(book({"keys": ["ox"]}, {"constant": True}, scan_depth=0), "ox") == ["E1"]


def test_an_entry_that_is_off_or_empty_is_never_told() -> None:
    off = {"keys": ["ox"], "enabled": False, "constant": True, "text": "@@activate\nx"}
    assert (
        told(book(off, {"constant": True, "text": " "}, {"constant": True, "text": "@@dont_activate\nx"}), "ox") == []
    )


@pytest.mark.parametrize(
    ("when", "line", "is_told"),
    [
        ({"all": ["red", "blue"]}, "ox red blue", True),
        ({"all": ["red", "blue"]}, "ox red", False),
        ({"any": ["red", "blue"]}, "ox blue", True),
        ({"any": ["red", "blue"]}, "ox", False),
        ({"none": ["red"]}, "ox", True),
        ({"none": ["red"]}, "ox red", False),
        ({"all": ["/re+d/"], "none": ["/(bad/"]}, "ox reeed", True),
        ({"all": ["/(bad/"]}, "ox (bad", False),
        ({"any": ["red"]}, "red", False),
    ],
)
def test_secondary_keys_decide_beside_the_first(when: dict[str, Any], line: str, is_told: bool) -> None:
    assert told(book({"keys": ["ox"], "when": when}), line) == (["E0"] if is_told else [])


def test_a_constant_is_told_whatever_its_keys() -> None:
    lore = book({"constant": True, "keys": ["ox"], "when": {"all": ["red"]}}, {"text": "@@constant\nB"})
    assert told(lore, "hi") == ["E0", "B"]


@pytest.mark.parametrize(
    ("decorator", "replies", "line", "is_told"),
    [
        ("activate_only_after 2", 1, "ox", False),
        ("activate_only_after 2", 2, "ox", True),
        ("activate_only_every 3", 4, "ox", False),
        ("activate_only_every 3", 6, "ox", True),
        ("additional_keys red,blue", 0, "ox blue", True),
        ("additional_keys red,blue", 0, "ox", False),
        ("exclude_keys red,blue", 0, "ox red", False),
        ("exclude_keys red,blue", 0, "ox", True),
        ("activate", 0, "nothing", True),
        ("dont_activate", 0, "ox", False),
    ],
)
@pytest.mark.parametrize("constant", [False, True])
def test_decorators_decide_too(decorator: str, replies: int, line: str, is_told: bool, constant: bool) -> None:
    lore = book({"keys": ["ox"], "text": f"@@{decorator}\nA", "constant": constant})
    assert told(lore, line, replies=replies) == (["A"] if is_told else [])


def test_what_is_told_ascends_by_order() -> None:
    lore = book(*({"keys": ["ox"], "order": order} for order in (3, 1, 2, 1)))
    assert told(lore, "ox") == ["E1", "E3", "E2", "E0"]


def test_the_budget_goes_to_constants_and_then_to_the_higher_order() -> None:
    lore = book(
        {"keys": ["ox"], "order": 1, "text": "a" * 40},
        {"keys": ["ox"], "order": 5, "text": "b" * 40},
        {"keys": ["ox"], "order": 9, "text": "c" * 400},
        {"constant": True, "order": 0, "text": "d" * 40},
        budget=20,
    )
    assert [text[0] for text in told(lore, "ox")] == ["d", "b"]
    assert told(lore.model_copy(update={"budget": 0}), "ox") == []


def test_what_is_told_brings_up_more_where_the_book_says_so() -> None:
    entries = ({"keys": ["one"], "text": "{{user}} has two"}, {"keys": ["two"], "text": "three"}, {"keys": ["three"]})
    assert told(book(*entries), "one") == ["Bob has two"]
    assert told(book(*entries, recursive=True), "one") == ["Bob has two", "three", "E2"]


def test_constants_and_hidden_keys_bring_up_more_too() -> None:
    lore = book(
        {"constant": True, "text": "{{hidden_key:gold}}Sand{{// silver }}."}, {"keys": ["gold"]}, {"keys": ["silver"]}
    )
    assert told(lore, "hi") == ["Sand."]
    assert told(lore.model_copy(update={"recursive": True}), "hi") == ["Sand.", "E1"]


def test_rounds_are_bounded() -> None:
    lore = book(*({"keys": [f"k{n}"], "text": f"k{n + 1}"} for n in range(50)), recursive=True)
    assert told(lore, "k0") == ["k1", "k2", "k3", "k4"]


def test_patterns_beyond_a_number_are_not_looked_for() -> None:
    lore = book(*({"keys": ["/ox/"], "text": "x"} for _ in range(MOST_PATTERNS + 10)))
    assert len(told(lore, "ox")) == MOST_PATTERNS


def test_a_book_with_too_many_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="has 10001 keys, more than 10000"):
        book({"keys": ["k"] * 5_000, "when": {"all": ["k"] * 5_001}})


def test_a_large_book_is_looked_through_quickly() -> None:
    lore = book(*({"keys": [f"{word}{n}", f"the {word} {n}"]} for n in range(1000) for word in ("ox", "cow")))
    lines = ["the ox and the cow " * 200] * 10
    told(lore, *lines)
    started = time.process_time()
    assert told(lore, *lines) == []
    assert time.process_time() - started < 2
