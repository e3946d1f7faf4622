"""Which lot that is over a question means."""

import pytest

from agent_runtime.core.memory import PastLot
from agent_runtime.core.past import asked_about, asks_for_last, number_asked, title_likeness


def lot(number: int, title: str, campaign: str | None = None) -> PastLot:
    return PastLot(
        auction_id=f"{campaign}-{number}", number=number, title=title, outcome="passed", campaign_id=campaign
    )


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("who won lot 3?", 3),
        ("Lot #12", 12),
        ("lot no. 7 please", 7),
        ("lot two?", 2),
        ("the third lot", 3),
        ("the 21st lot", 21),
        ("a lot of money", None),
        ("3 lots", None),
        ("", None),
        ("lot " + "9" * 5_000, None),
    ],
)
def test_a_number_is_heard_however_it_is_said(question: str, number: int | None) -> None:
    assert number_asked(question) == number


def test_a_title_is_known_by_half_of_its_words_or_two() -> None:
    assert title_likeness("Paper Lighthouse", "what about the lighthouse?") == 1
    assert title_likeness("The Great Paper Lighthouse", "a lighthouse") == 0
    assert title_likeness("The Great Paper Lighthouse", "paper lighthouse") == 2
    assert title_likeness("", "anything") == 0


def test_of_two_lots_of_one_number_that_of_the_campaign_is_meant() -> None:
    past = (lot(1, "New", "c2"), lot(1, "Old", "c1"))
    assert [each.title for each in asked_about(past, "lot 1?", "c1")] == ["Old"]
    assert [each.title for each in asked_about(past, "lot 1?")] == ["New"]
    assert asked_about(past, "lot 9?") == ()


def test_a_lot_of_the_campaign_that_is_still_to_come_is_not_that_of_another_campaign() -> None:
    assert asked_about((lot(2, "New", "c2"), lot(3, "Old", "c1")), "who won lot 3?", "c2") == ()


def test_the_last_lot_is_asked_for_in_some_ways() -> None:
    assert asks_for_last("who won the last lot?")
    assert asks_for_last("and the previous one")
    assert not asks_for_last("how long does it last")
