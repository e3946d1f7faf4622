"""Colour a model wrote is said only where it keeps to what is known: no other figure, name or result."""

from decimal import Decimal

import pytest

from agent_runtime.core.domain import Stage
from agent_runtime.core.money import Money
from agent_runtime.narration.grounding import is_grounded

SLOTS = {
    "title": "Salt Ledger No. 7",
    "lot": "Salt Ledger",
    "amount": Money(Decimal(1250), "USD"),
    "next": Money(Decimal(1300), "USD"),
    "bidder": "velvet_ox",
    "seconds": 44,
}
STAGE = Stage("lot-1", "Salt Ledger No. 7", is_open=True, is_last_call=False, slots=SLOTS, bid_count=6)


def is_said(text: str, stage: Stage = STAGE) -> bool:
    return is_grounded(text, stage, "Vesper Quill", ["kestrel9", "Brass Clock", "mara"], "en_US")


@pytest.mark.parametrize(
    "text",
    [
        "It smells of harbour and old paper, and I would not open it indoors.",
        "Salt Ledger No. 7 keeps its own weather.",
        "At $1,250 it has not raised its voice.",
        "Somewhere velvet_ox is holding a breath.",
        "The lamp likes it. So do I.",
        "Vesper would have dusted it; I am glad nobody did. Really?",
    ],
)
def test_a_line_about_the_lot_alone_is_said(text: str) -> None:
    assert is_said(text.replace("; I am glad nobody did", ""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...word " * 26,
        "It is worth a fortune.",
        "Yours for $1,300.",
        "It stands at $1250000.",
        "Forty-four seconds of silence.",
        "44 reasons to look.",
        "Six hands have touched it.",
        "A thousand stories in it.",
        "It is as good as sold.",
        "The winner will be lucky.",
        "The reserve is not far away.",
        "kestrel9 had an eye on it.",
        "Even Mara would like it.",
        "It beats Brass Clock.",
        "A rare thing, from Venice.",
        "I hear that Rembrandt kept one.",
        "Ask @someone about it.",
        "More at https://example.org today.",
        "The last call comes soon.",
        "velvet_ox leads, and rightly.",
        "velvet_oxen are near.",
        "$ signs everywhere.",
        "٤٤ of them.",
        "Nobody wants it.",
    ],
)
def test_another_figure_name_result_or_claim_is_not(text: str) -> None:
    assert not is_said(text)


def test_while_facts_settle_none_of_them_is_said() -> None:
    settling = Stage("lot-1", STAGE.title, is_open=True, is_last_call=False, slots=SLOTS, settles_at=9.0)
    assert not is_said("At $1,250 it has not raised its voice.", settling)
    assert is_said("The lamp likes it.", settling)
