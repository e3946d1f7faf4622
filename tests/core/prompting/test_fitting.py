"""What is left out of a prompt that is too large: examples, then the oldest turns, whole, then lore; never the rest."""

from agent_runtime.core.assembly import Draft
from agent_runtime.core.character import Character
from agent_runtime.core.presence import Mood
from agent_runtime.core.prompt import Budget, Circumstances, Section
from agent_runtime.core.tokens import MESSAGE_TOKENS
from tests.core.talk import history

CALM = Circumstances(Mood.NEUTRAL, "calm")
CARD = Character.model_validate(
    {
        "name": "Eve",
        "examples": [[{"user": f"ask {n} " * 20}, {"char": f"tell {n} " * 20}] for n in range(3)],
        "note": {"text": "a note", "depth": 1},
        "post_history": "to the end",
        "lore": {
            "entries": [
                {"text": "@@ignore_on_max_context\nyields", "keys": ["hm"], "order": 900},
                {"text": "low", "keys": ["hm"], "order": 1},
                {"text": "high", "keys": ["hm"], "order": 2},
            ]
        },
    }
)
DRAFT = Draft(CARD, "Bob", CALM, history(*(f"line {n} " * 20 for n in range(8))), "hm?", budget=Budget(10_000, 100))


def cost(sections: tuple[Section, ...]) -> int:
    return sum(each.tokens for each in sections) + MESSAGE_TOKENS * len({each.message for each in sections})


def told(sections: tuple[Section, ...], name: str) -> list[str]:
    return [" ".join(each.text.split()[:2]) for each in sections if each.name == name]


def test_whatever_the_limit_what_is_sent_fits_it_or_is_what_must_stay() -> None:
    least = cost(DRAFT.sections(1))
    for limit in range(1, 1500, 7):
        assert cost(DRAFT.sections(limit)) <= max(limit - 100, least)


def test_examples_go_first_then_turns_then_lore_and_the_rest_stays() -> None:
    seen: list[tuple[int, int, str]] = []
    for limit in range(2000, 0, -1):
        sections = DRAFT.sections(limit)
        lore = next(iter(told(sections, "lore")), "")
        state = (len(told(sections, "example")), len(told(sections, "history")), "".join(lore))
        if not seen or seen[-1] != state:
            seen.append(state)
        assert [each.name for each in sections if each.name in ("system", "rules", "note", "post_history")] == [
            "system",
            "rules",
            "note",
            "post_history",
        ]
        assert [each.name for each in sections[-2:]] == ["now", "question"]
    assert [state[:2] for state in seen if state[:2] != seen[0][:2]][:7] == [
        (4, 8),
        (2, 8),
        (0, 8),
        (0, 6),
        (0, 4),
        (0, 2),
        (0, 0),
    ]


def test_lore_that_yields_goes_before_everything_and_that_of_low_order_last() -> None:
    def lore(limit: int) -> str:
        return next((each.text for each in DRAFT.sections(limit) if each.name == "lore"), "")

    order = list(dict.fromkeys(lore(limit) for limit in range(2000, 0, -1)))
    assert order == ["Knows: low\nhigh\nyields", "Knows: low\nhigh", "Knows: high", ""]


def test_the_last_examples_and_the_oldest_turns_are_the_ones_to_go() -> None:
    states = [DRAFT.sections(limit) for limit in range(2000, 0, -1)]
    assert told(next(each for each in states if len(told(each, "example")) == 2), "example") == ["ask 0", "tell 0"]
    assert told(next(each for each in states if len(told(each, "history")) == 2), "history") == ["line 6", "line 7"]


def test_a_turn_is_never_cut_in_half() -> None:
    for limit in range(1, 1500, 3):
        lines = [each for each in DRAFT.sections(limit) if each.name == "history"]
        assert not lines or (lines[0].role == "user" and len(lines) % 2 == 0)


def test_a_limit_above_the_budget_changes_nothing() -> None:
    assert DRAFT.sections(10**9) == DRAFT.sections()
