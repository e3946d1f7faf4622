"""How lots ended, and who won more than one, as memories."""

from decimal import Decimal

from agent_runtime.core.money import Money
from agent_runtime.memory.outcomes import bidder_memories, outcome_memories
from tests.memory.doubles import past
from tests.store.values import NOON

LOTS = (
    past(5, "Oak Chair", outcome="passed", bidder=None, amount=None),
    past(4, "Salt Ledger", amount=Money(Decimal("2"), "ETH"), bidder="kestrel9"),
    past(3, "Paper Lighthouse"),
    past(2, "Tin Moon", amount=Money(Decimal("0.1"), "ETH"), bidder="kestrel9"),
    past(1, "Bell", outcome="cancelled", bidder=None, amount=None),
)


def test_an_outcome_is_told_as_it_was() -> None:
    told = [memory.text for memory in outcome_memories("vesper", LOTS, NOON)]
    assert told == [
        "Oak Chair found no buyer.",
        "Salt Ledger sold to kestrel9 for 2 ETH.",
        "Paper Lighthouse sold to velvet_ox for 0.48 ETH.",
        "Tin Moon sold to kestrel9 for 0.1 ETH.",
        "Bell was withdrawn.",
    ]


def test_a_higher_price_weighs_more_and_what_was_not_sold_least() -> None:
    weights = {memory.subject: memory.importance for memory in outcome_memories("vesper", LOTS, NOON)}
    assert weights["Salt Ledger"] > weights["Paper Lighthouse"] > weights["Tin Moon"] > weights["Oak Chair"]
    assert weights["Oak Chair"] > weights["Bell"]


def test_who_has_won_more_than_one_lot_is_notable() -> None:
    (memory,) = bidder_memories("vesper", LOTS, NOON)
    assert memory.text == "kestrel9 has won 2 lots, the last Salt Ledger for 2 ETH."
    assert (memory.kind, memory.subject, memory.created_at) == ("bidder", "kestrel9", LOTS[1].ended_at)


def test_an_outcome_known_without_name_or_price_is_told_without() -> None:
    bare = past(9, "Vase", bidder=None, amount=None, ended_at=None)
    (memory,) = outcome_memories("vesper", (bare,), NOON)
    assert (memory.text, memory.created_at) == ("Vase sold.", NOON)
