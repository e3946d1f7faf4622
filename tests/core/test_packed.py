"""A packed queue gives back what was put in, in order, packed or not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.core.packed import LOOSE_AT_MOST, PackedQueue


def queue() -> PackedQueue[str]:
    return PackedQueue(str.encode, bytes.decode)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=5 * LOOSE_AT_MOST), st.text(max_size=20))
def test_what_waits_comes_out_in_order(steps: list[int], text: str) -> None:
    waiting, pushed, popped = queue(), 0, 0
    for step in steps:
        if step or pushed == popped:
            pushed += 1
            waiting.push(f"{pushed} {text}")
        else:
            assert waiting.first(2)[0] == f"{popped + 1} {text}"
            popped += 1
            assert waiting.pop() == f"{popped} {text}"
        assert len(waiting) == pushed - popped


def test_the_first_of_many_are_seen_without_being_taken() -> None:
    waiting, items = queue(), [str(number) for number in range(3 * LOOSE_AT_MOST)]
    for item in items:
        waiting.push(item)
    assert waiting.first(2 * LOOSE_AT_MOST) == items[: 2 * LOOSE_AT_MOST]
    assert waiting.first(10 * LOOSE_AT_MOST) == items
    assert [waiting.pop() for _ in items] == items
    assert waiting.first(1) == []
