"""Decorators at the head of a lore entry, as Character Card V3 has them."""

import time

import pytest

from agent_runtime.core.lore_decorators import Directions, read_decorators


@pytest.mark.parametrize(
    ("lines", "directions"),
    [
        ("@@activate", Directions(is_active=True)),
        ("@@dont_activate", Directions(is_active=False)),
        ("@@dont_activate\n@@activate", Directions(is_active=True)),
        ("@@activate\n@@dont_activate", Directions(is_active=True)),
        ("@@constant", Directions(is_constant=True)),
        ("@@depth 3\n@@role user", Directions(depth=3, role="user")),
        ("@@DEPTH   3", Directions(depth=3)),
        (
            "@@scan_depth 9\n@@activate_only_after 2\n@@activate_only_every 4",
            Directions(None, False, None, None, 9, None, 2, 4),
        ),
        ("@@position before_desc\n@@depth 4", Directions(position="before_char")),
        ("@@additional_keys a, b c ,\n@@exclude_keys d", Directions(additional_keys=("a", "b c"), exclude_keys=("d",))),
        ("@@ignore_on_max_context", Directions(yields=True)),
        ("@@depth 1\n@@depth 2", Directions(depth=1)),
    ],
)
def test_a_decorator_asks_for_something(lines: str, directions: Directions) -> None:
    assert read_decorators(f"{lines}\n\nThe text.") == (directions, "The text.")


@pytest.mark.parametrize(
    "line",
    [
        "@@unheard_of 4",
        "@@depth",
        "@@depth four",
        "@@depth -1",
        "@@depth 9999999",
        "@@depth ٣",
        "@@role emperor",
        "@@position on_the_moon",
        "@@activate_only_every 0",
        "@@exclude_keys , ",
        "@@",
        "@@@depth 3",
        "@@is_greeting 1",
        "@@disable_ui_prompt system_prompt",
        "@@keep_activate_after_match",
    ],
)
def test_what_is_not_understood_is_left_out_and_ignored(line: str) -> None:
    assert read_decorators(f"{line}\nThe text.") == (Directions(), "The text.")


@pytest.mark.parametrize(
    ("lines", "directions"),
    [
        ("@@risu_only 4\n@@@depth 2", Directions(depth=2)),
        ("@@one 1\n@@@two 2\n@@@depth 3\n@@@depth 4\n@@@scan_depth 5", Directions(depth=3)),
        ("@@depth 1\n@@@scan_depth 2", Directions(depth=1)),
        ("@@depth x\n@@@depth 2", Directions(depth=2)),
        ("@@unknown\n@@depth 1\n@@@scan_depth 2", Directions(depth=1)),
    ],
)
def test_a_fallback_stands_in_for_what_is_not_understood(lines: str, directions: Directions) -> None:
    assert read_decorators(lines + "\nThe text.") == (directions, "The text.")


def test_what_looks_like_one_further_down_is_text() -> None:
    assert read_decorators("The text.\n@@depth 4") == (Directions(), "The text.\n@@depth 4")


@pytest.mark.parametrize("text", ["", "\n\n", "@@constant", "@@constant\r\n"])
def test_an_entry_of_decorators_alone_has_no_text(text: str) -> None:
    assert read_decorators(text)[1] == ""


def test_many_decorators_take_no_time() -> None:
    started = time.process_time()
    assert read_decorators("@@x\n" * 25_000 + "end")[1] == "end"
    assert time.process_time() - started < 5
