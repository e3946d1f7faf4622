"""Secrets are found by how they look, and what only sounds like one is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.secrets import REMOVED, cleared, without_secrets


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("my key is sk-proj-abcdefghijklmnop.", f"my key is {REMOVED}."),
        ("password: swordfish, and more", f"{REMOVED}, and more"),
        ("The password is hunter2!", f"The {REMOVED}!"),
        ("API key = abc", REMOVED),
        ("Authorization: Bearer abcdefghijkl", f"Authorization: {REMOVED}"),
        ("redis://me:hunter2@host", f"redis://{REMOVED}@host"),
        ("ask ada@example.org", f"ask {REMOVED}"),
        ("token: 8f3kd93kd", REMOVED),
        ("f3b1c2d4e5f60718293a4b5c6d7e8f90", REMOVED),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", REMOVED),
    ],
)
def test_what_looks_like_a_secret_is_removed(text: str, kept: str) -> None:
    assert without_secrets(text) == (kept, 1)
    assert without_secrets(kept) == (kept, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Her secret: she cannot swim.",
        "The secret is a token of love.",
        "Nobody knows the password, and the password is not written down.",
        "She keeps the key to the lighthouse under a stone.",
        "He was born in 1911 and calls everyone @captain.",
        "Vesper Quill, auctioneer: 25% of everything",
    ],
)
def test_what_is_only_told_of_stays(text: str) -> None:
    assert without_secrets(text) == (text, 0)


def test_a_value_is_cleared_in_its_depth_and_keeps_its_names() -> None:
    value = {"lore": {"entries": [{"keys": ["password"], "text": "password: hunter2"}]}, "depth": 4, "note": None}
    entry = {"keys": ["password"], "text": REMOVED}
    assert cleared(value) == {"lore": {"entries": [entry]}, "depth": 4, "note": None}


@given(st.text())
def test_clearing_twice_is_clearing_once(text: str) -> None:
    once = cleared(text)
    assert cleared(once) == once
