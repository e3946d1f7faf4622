"""Replies are cleaned as they come, and the pieces join to what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.output import ReplyCleaner, cleaned, says_something

NAMES = ("Vesper Quill", "Vesper")


def shown(*pieces: str) -> str:
    cleaner = ReplyCleaner(NAMES)
    return "".join([*(cleaner.feed(piece) for piece in pieces), cleaner.end()])


@pytest.mark.parametrize(
    "reply",
    [
        "Vesper: Good evening.",
        "VESPER QUILL: Good evening.",
        "vesper : Good evening.",
        "**Vesper:** Good evening.",
        "**Vesper Quill**: Good evening.",
        "*Vesper*: Good evening.",
        "[Vesper]: Good evening.",
        "Vesper：Good evening.",
        "\n\n Vesper:\n\nGood evening.\n",
        "<think>They greet me.</think>\n\nGood evening.",
        "<think>They greet me.</think>Vesper: Good evening.",
    ],
)
def test_a_name_or_a_thought_in_front_is_not_part_of_the_reply(reply: str) -> None:
    assert shown(reply) == "Good evening."
    assert shown(*reply) == "Good evening."


@pytest.mark.parametrize(
    "reply",
    [
        "Vesper is what they call me.",
        "Vesperal light: a name for it.",
        "*smiles* Good evening.",
        "“Vesper: a name for a bat.”",
        "Vesper",
        "Note: I said nothing.",
        "First line.\n\nVesper: second line.",
        "… and then it was sold.",
        "<thinking of you>",
    ],
)
def test_what_only_looks_like_a_name_stays(reply: str) -> None:
    assert shown(reply) == reply
    assert shown(*reply) == reply


def test_quotes_and_actions_after_the_name_stay() -> None:
    assert shown('Vesper: "Good evening."') == '"Good evening."'
    assert shown("Vesper: *bows*") == "*bows*"


@pytest.mark.parametrize("reply", ["", "  ", "…", "?!", "Vesper:", "<think>Hm", "**", "\u200b\u202e"])
def test_a_reply_without_a_word_gives_nothing(reply: str) -> None:
    cleaner = ReplyCleaner(NAMES)
    assert cleaner.feed(reply) + cleaner.end() == ""
    assert not cleaner.is_begun


def test_emoji_alone_is_a_reply() -> None:
    assert shown("👩‍🚀") == "👩‍🚀"


def test_control_bidi_and_private_characters_go_and_line_breaks_become_one_kind() -> None:
    assert cleaned("a\x00b\x1b[1m\u202ec\ue000\u2066d\ufeff\U000e0041") == "ab[1mcd"
    assert cleaned("1\r\n2\r3\u20284\n5\t6") == "1\n2\n3\n4\n5 6"


@given(st.text(), st.data())
def test_how_a_reply_is_cut_into_pieces_makes_no_difference(reply: str, data: st.DataObject) -> None:
    reply = reply.replace("\r", "")  # a CRLF cut in two is two line breaks
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=6)))
    pieces = [reply[start:end] for start, end in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    whole = shown(reply)
    assert shown(*pieces) == whole
    assert whole == whole.strip()
    assert not whole or says_something(whole)
