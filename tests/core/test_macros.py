"""Macros of a card: replaced once, by whoever's words they are, and never at the mercy of what they are replaced by."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.character import Character
from agent_runtime.core.macros import MOST_CHARACTERS, Names, expanded, leaves_to_chance, with_macros

NAMES = Names("Ada", "Bob", seed="s")


def shown(text: str, names: Names = NAMES) -> str:
    return expanded(text, names, "here").text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{char}} and {{user}}", "Ada and Bob"),
        ("{{CHAR}}, {{ User }}, <USER>, <bot>, <Char>", "Ada, Bob, Bob, Ada, Ada"),
        ("a{{// note to {{user}} }}b", "ab"),
        ("a{{//}}b{{comment: shown to nobody}}c", "abc"),
        ("{{reverse:olleH}} {{reverse::{{user}}}}", "Hello boB"),
        ("{{random:x}}{{pick::y}}{{random: z , z }}", "xyz"),
        (r"{{random:a\,b}}", "a,b"),
        ("{{roll:d1}} {{roll:1}} {{roll:3d1+2}} {{roll: D1 - 1 }}", "1 1 5 0"),
        ("{{hidden_key:treasure}}plain", "plain"),
    ],
)
def test_a_macro_is_replaced(text: str, told: str) -> None:
    assert shown(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "{char} {{other}} {{time}} %s",
        "{{char: x}} {{char x}} {{}} {{ }} {{:}} {{charm}}",
        "{{roll:0}} {{roll:d}} {{roll:999d6}} {{roll:6d}} {{roll:__import__}} {{roll}} {{random}}",
        "{{user",
        "}}{{",
        "{{original}}",
    ],
)
def test_what_is_no_macro_is_left_as_it_is(text: str) -> None:
    assert shown(text) == text


def test_what_a_field_replaces_is_known_only_where_it_is_given() -> None:
    assert shown("{{original}}!", Names("Ada", "Bob", original="You are Ada.")) == "You are Ada.!"


def test_an_unknown_macro_around_a_known_one_keeps_its_braces() -> None:
    assert shown("{{if {{user}} then}} {{nested:{{char}}}}") == "{{if Bob then}} {{nested:Ada}}"


def test_names_are_put_in_as_they_are() -> None:
    names = Names("{{user}}", "{{roll:6}}, {{char}}")
    assert shown("{{char}} {{user}}", names) == "{{user}} {{roll:6}}, {{char}}"
    assert shown("{{random:{{user}}}}", names) == "{{roll:6}}, {{char}}"


def test_dice_fall_between_one_and_their_sides() -> None:
    thrown = {int(shown("{{roll:2d6+1}}", Names("a", "b", str(n)))) for n in range(500)}
    assert thrown == set(range(3, 14))


def test_a_choice_may_hold_other_macros() -> None:
    assert {shown("{{random:{{char}},{{pick:x,y}}}}", Names("Ada", "b", str(n))) for n in range(50)} == {
        "Ada",
        "x",
        "y",
    }


def test_a_pick_stays_with_the_seed_and_chance_moves_the_rest() -> None:
    text = "{{pick:1,2,3,4,5,6,7,8,9}} {{random:1,2,3,4,5,6,7,8,9}}"
    turns = [shown(text, Names("a", "b", "session", f"turn {n}")).split() for n in range(20)]
    assert len({pick for pick, _ in turns}) == 1
    assert len({random for _, random in turns}) > 2


def test_places_throw_their_own_dice_and_the_same_place_the_same() -> None:
    text = "{{roll:d100000}}"
    assert shown(text) == shown(text)
    assert len({expanded(text, NAMES, place).text for place in ("a", "b")}) == 2
    assert len(set(shown(f"{text} {text}").split())) == 2


def test_what_is_hidden_is_kept_for_lore() -> None:
    assert expanded("a {{hidden_key: the {{user}} }}b", NAMES).hidden == ("the Bob",)


def test_only_some_texts_are_left_to_chance() -> None:
    assert leaves_to_chance("a {{ Random:x}}") and leaves_to_chance("{{pick::a}}{{roll:6}}")
    assert not leaves_to_chance("{{user}} at random: {{comment:x}}")


def test_four_levels_are_read_and_what_is_deeper_stays() -> None:
    def nested(levels: int) -> str:
        return "{{reverse:" * levels + "ab" + "}}" * levels

    assert shown(nested(4)) == "ab"
    assert shown(nested(5)) == "{{reverse:ab}}"
    assert shown(nested(6)) == "{{reverse:{{reverse:ab}}}}"


@pytest.mark.parametrize("text", ["{{" * 50_000, "}}" * 50_000, "{{random:" * 11_000, "{{char}}" * 12_500])
def test_length_and_time_are_bounded_whatever_a_card_holds(text: str) -> None:
    started = time.process_time()
    for each in (text, text + "}}" * 20_000):
        assert len(shown(each, Names("n" * 100, "u" * 40))) <= MOST_CHARACTERS
    assert time.process_time() - started < 10


@given(st.text(st.sampled_from("{}:/,\\ <>rolpickuserchan6d+")))
def test_any_text_is_read(text: str) -> None:
    assert shown(text) == shown(text)


def test_lines_of_a_character_are_said_with_its_names() -> None:
    ada = Character(name="Ada Byron", nickname="Ada")
    assert with_macros("{{char}} {{user}} {char} {{other}} %s", ada, "Bob") == "Ada Bob {char} {{other}} %s"
