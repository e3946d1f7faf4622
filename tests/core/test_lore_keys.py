"""Keys of lore: whole words whatever the case, patterns only where they are written as such, and never a slow one."""

import time

import pytest

from agent_runtime.core.lore_keys import MOST_SCANNED, Scanned, fault_of, key_of

TEXT = Scanned.of(
    ["Bob: the  Poppy-seed\ncake of 東京タワー, NFTを, frames in C++; don't", "Ada: 경매장에 <b>Über</b> 50%"]
)


def is_found(written: str, *, case_sensitive: bool = False, text: Scanned = TEXT) -> bool:
    key = key_of(written, case_sensitive=case_sensitive)
    return key is not None and key.is_in(text)


@pytest.mark.parametrize(
    "key",
    [
        "poppy",
        "POPPY-SEED CAKE",
        "seed  cake",
        "frames",
        "c++",
        "don't",
        "bob",
        "Ada",
        "über",
        "50%",
        "東京",
        "タワー",
        "NFT",
        "경매",
        "/FRAME/i",
        r"/poppy-\w+\s+cake/i",
        "/b>/",
        r"/<\/b>/",
        "/東./u",
        "/c[ao]ke/gu",
    ],
)
def test_a_key_is_found(key: str) -> None:
    assert is_found(key)


@pytest.mark.parametrize(
    "key",
    [
        "frame",
        "pop",
        "cake poppy",
        "seed c",
        "oppy",
        "ram",
        "",
        "  ",
        "/FRAME/",
        "/frame",
        "frame/i",
        "f.ames",
        ".*",
        "京東",
    ],
)
def test_what_is_part_of_a_word_or_no_pattern_is_not_found(key: str) -> None:
    assert not is_found(key)


def test_case_counts_where_it_is_asked_for() -> None:
    assert is_found("Bob", case_sensitive=True)
    assert not is_found("bob", case_sensitive=True)


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (r"/(?=look)/", "look-around"),
        (r"/(a)\1/", "back-references"),
        ("/(/", "RE2"),
        ("/a/x", "unknown flag 'x'"),
        ("/(a{100}){100}/", "RE2"),
        ("/(((abc){10}){10}){9}/", "too large"),
        ("/\ud800/", "RE2"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_never_found_and_says_why(key: str, fault: str) -> None:
    assert fault in (fault_of(key) or "")
    assert not is_found(key, text=Scanned.of([key, "a", "aa"]))


@pytest.mark.parametrize("key", ["plain", "/good/i", "(", "/usr/Bin", ""])
def test_other_keys_have_no_fault(key: str) -> None:
    assert fault_of(key) is None


def test_only_the_end_of_a_long_talk_is_looked_through() -> None:
    text = Scanned.of(["treasure", "x " * MOST_SCANNED, "gold"])
    assert is_found("gold", text=text)
    assert not is_found("treasure", text=text)


def test_no_pattern_takes_more_than_linear_time() -> None:
    text = Scanned.of(["a" * 50_000])
    started = time.process_time()
    for pattern in (r"/(a+)+$b/", r"/(a|aa)+b/", r"/(.*a){25}b/", r"/^(([a-z])+.)+[A-Z]([a-z])+$/"):
        assert not is_found(pattern, text=text)
    assert time.process_time() - started < 5
