"""Whatever the bytes are, a reader of cards reads them or says why not."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.characters.cards.reading import read_card
from agent_runtime.characters.cards.writing import write_card
from agent_runtime.characters.loading import parse_character
from agent_runtime.core.errors import InvalidFile
from tests.characters.cards.making import charx, png_card, raw_json
from tests.characters.cards.wild import CARDS, ELIZA, files

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
TEXTS = st.one_of(TEXT, st.text("ab \n\r\t:#-'\"{}[]|>&*!%@`~,?\x85\u2028\ufeff\x07", max_size=30))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
ANYTHING = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
KEYS = sorted({key for card in CARDS.values() for key in (*card, *card.get("data", {}))} | set(ELIZA) | {"schema"})
ENTRY_KEYS = ["keys", "content", "extensions", "enabled", "insertion_order", "use_regex", "selective", "secondary_keys"]
ENTRY_KEYS += ["position", "id", "name", "comment", "case_sensitive", "constant", "priority"]
BOOKS = st.fixed_dictionaries(
    {"entries": st.lists(st.dictionaries(st.sampled_from(ENTRY_KEYS), ANYTHING, max_size=5), max_size=3)},
    optional={"name": ANYTHING, "scan_depth": ANYTHING, "token_budget": ANYTHING, "extensions": ANYTHING},
)
INSIDE = st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=6)
CARD = st.builds(
    lambda name, data, book, around: {**around, "data": {**data, "name": name, "character_book": book}},
    TEXT,
    INSIDE,
    BOOKS,
    INSIDE,
)
FILES = sorted(files().values())


def is_read(raw: bytes) -> bool:
    """Whether it is a card. One that is survives being written in every way."""
    try:
        character = read_card(raw, "card").character
    except InvalidFile as refused:
        assert all(each.message and each.file == "card" for each in refused.findings)
        return False
    try:
        kept = parse_character(write_card(character, "yaml"), "kept.yaml")
    except InvalidFile as refused:
        assert "larger than 256 KB" in str(refused)
        return True
    assert kept == character
    for kind in ("json", "png", "eliza"):
        told = write_card(character, kind)
        back = read_card(told, "told").character
        assert back == character.model_copy(update={"hosts": back.hosts, "model": None})
        assert write_card(back, kind) == told
    return True


@settings(max_examples=120)
@given(CARD)
def test_cards_of_odd_values_are_read_and_come_back_or_are_refused(card: dict[str, Any]) -> None:
    is_read(raw_json(card))


@settings(max_examples=120)
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=8))
def test_files_of_any_keys_are_read_or_refused(card: dict[str, Any]) -> None:
    is_read(raw_json(card))


@settings(max_examples=120)
@given(st.sampled_from(FILES), st.data())
def test_damaged_files_are_read_or_refused(raw: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(raw) - 1))
    what = data.draw(st.binary(max_size=8))
    is_read(raw[:at] + what + raw[at + data.draw(st.integers(0, 8)) :])


@settings(max_examples=120)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="replace"))))
def test_bytes_of_any_kind_are_read_or_refused(raw: bytes) -> None:
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"{", b"name: a\n"):
        is_read(start + raw)


@settings(max_examples=120)
@given(TEXTS, TEXTS, ANYTHING)
def test_every_text_is_the_same_after_yaml(text: str, key: str, value: object) -> None:
    card = {
        "name": "x",
        "first_mes": "y",
        "description": text,
        "odd": {key: [text, {text: value}], "list": [value, text]},
    }
    assert is_read(raw_json(card)) or len(json.dumps(card)) > 300


def test_containers_of_every_card_are_read() -> None:
    for card in CARDS.values():
        assert all(is_read(wrapped) for wrapped in (raw_json(card), png_card(card), charx(card)))
