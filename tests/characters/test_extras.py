"""Phrases that cannot be filled truthfully and assets that leave home are found at their place."""

import pytest

from agent_runtime.characters.extras import fault_in_line
from agent_runtime.characters.loading import parse_character
from agent_runtime.core.character import Character
from agent_runtime.core.errors import InvalidFile
from agent_runtime.core.phrases import FAMILIES
from agent_runtime.core.scenery import LotStage


def first_finding(text: str) -> tuple[int, int, str, str]:
    with pytest.raises(InvalidFile) as caught:
        parse_character(f"name: Vinny\n{text}", "c.yaml")
    finding = caught.value.findings[0]
    return finding.line, finding.column, finding.message, finding.hint


def test_an_unknown_family_is_found_at_its_key_with_the_family_that_was_meant() -> None:
    line, column, message, hint = first_finding("phrases:\n  bids_mergd: {long: [a]}")
    assert (line, column, message) == (3, 3, "unknown phrase family 'bids_mergd'")
    assert hint == "did you mean 'bids_merged'?"


def test_a_slot_that_does_not_exist_is_found_with_the_slot_that_was_meant() -> None:
    line, column, message, hint = first_finding("phrases:\n  bid:\n    long:\n      - ok\n      - '{amout}!'")
    assert (line, column, message, hint) == (5 + 1, 9, "unknown slot {amout}", "did you mean {amount}?")


@pytest.mark.parametrize(
    ("family", "line", "message"),
    [
        ("open", "{title} for {amount}?", "{amount} is not known in 'open'"),
        ("reserve_met", "{title}: met at {amount}.", "{amount} is not known in 'reserve_met'"),
        ("sold", "{title}, before {next}.", "{next} is not known in 'sold'"),
        ("small_talk", "And {bidder}?", "{bidder} is not known in 'small_talk'"),
        ("bid", "{reserve} is near.", "unknown slot {reserve}"),
        ("bid", "{amount with {bidder}.", "unbalanced braces"),
        ("bid", "amount} with {bidder}.", "unbalanced braces"),
        ("bid", "{{amount}}.", "unbalanced braces"),
        ("bid", "{}.", "unknown slot {}"),
        ("open", "We begin.", "a line of 'open' must name {title}"),
        ("sold", "Sold for {amount}.", "a line of 'sold' must name {title}"),
        ("passed", "{lot} is passed.", "a line of 'passed' must name {title}"),
        ("cancelled", "Withdrawn.", "a line of 'cancelled' must name {title}"),
        ("bid", "$500 with {bidder}.", "the figure '$' is written out in a line of 'bid'"),
        ("bid", "Only 500 now.", "the figure '5' is written out in a line of 'bid'"),
        ("bid", "٥ with {bidder}.", "the figure '٥' is written out in a line of 'bid'"),
        ("closing", "30 seconds on {lot}.", "the figure '3' is written out in a line of 'closing'"),
    ],
)
def test_a_line_that_could_not_be_said_truthfully_is_refused(family: str, line: str, message: str) -> None:
    fault = fault_in_line(family, line)
    assert fault is not None
    assert fault[0] == message


@pytest.mark.parametrize(
    ("family", "line"),
    [("bid", "{amount}."), ("small_talk", "I have 2 cats, {user}."), ("closing", "{seconds} on {lot}")],
)
def test_a_line_of_known_facts_is_accepted(family: str, line: str) -> None:
    assert fault_in_line(family, line) is None


def test_short_lines_and_lines_of_a_mood_are_checked_too() -> None:
    text = "phrases:\n  sold:\n    short: ['{title}']\n    moods:\n      HAPPY:\n        short: ['{title}', Sold]"
    assert first_finding(text)[:3] == (7, 28, "a line of 'sold' must name {title}")


def test_a_family_may_have_few_variants_in_a_file_of_ones_own() -> None:
    assert parse_character("name: a\nphrases: {bid: {long: ['{amount}']}}", "c.yaml").phrases["bid"].short == ()


def test_no_family_can_name_a_reserve_or_a_maximum() -> None:
    every = frozenset().union(*(family.slots for family in FAMILIES.values()))
    assert not [slot for slot in every if "reserve" in slot or "max" in slot]


@pytest.mark.parametrize(
    "asset",
    [
        "/etc/passwd",
        "../x.png",
        "a/../../x.png",
        "C:/x.png",
        "C:\\x.png",
        "\\\\host\\x",
        "https://x/y.png",
        "''",
        "~/x",
        "a/",
        "./a",
        "a/%2e%2e/x.png",
        "assets/" + "x" * 194,
    ],
)
def test_an_asset_that_could_leave_the_asset_root_is_refused_at_its_place(asset: str) -> None:
    line, column, message, _ = first_finding(f"scene:\n  expressions:\n    HAPPY: {asset}")
    assert (line, column) == (4, 12)
    assert "stays inside the asset root" in message


def test_backgrounds_and_props_are_checked_too() -> None:
    assert first_finding("scene: {backgrounds: {HAPPY: ../x}}")[:2] == (2, 30)
    assert first_finding("scene: {props: {HAPPY: [a.png, ../x]}}")[:2] == (2, 32)
    assert first_finding("scene: {backgrounds: {SOLD: ../x}}")[:2] == (2, 29)
    assert first_finding("scene: {props: {CLOSING: [a.png, ../x]}}")[:2] == (2, 34)
    assert parse_character("name: a\nscene: {props: {HAPPY: [a/b c.png]}}", "c.yaml").scene.props


def test_what_is_around_a_character_may_follow_the_lot_and_its_face_may_not() -> None:
    character = parse_character("name: a\nscene: {backgrounds: {SOLD: a.png}, props: {OPEN: [b.png]}}", "c.yaml")
    assert character.scene.backgrounds == {LotStage.SOLD: "a.png"}
    assert character.scene.props == {LotStage.OPEN: ("b.png",)}
    assert Character.model_validate_json(character.model_dump_json(by_alias=True)) == character
    assert first_finding("scene: {expressions: {SOLD: a.png}}")[:2] == (2, 23)


@pytest.mark.parametrize(
    ("written", "meant"), [("SOLDE", "SOLD"), ("open", "OPEN"), ("CANCELED", "CANCELLED"), ("HAPY", "HAPPY")]
)
def test_a_mood_or_stage_that_does_not_exist_is_found_with_the_one_that_was_meant(written: str, meant: str) -> None:
    for scene in (f"backgrounds: {{{written}: a.png}}", f"props: {{{written}: [a.png]}}"):
        line, column, message, hint = first_finding(f"scene:\n  {scene}")
        assert (line, column) == (3, scene.index("{") + 4)
        assert message.startswith("expected 'NEUTRAL', ")
        assert message.endswith(f"'PASSED' or 'CANCELLED', got '{written}'")
        assert hint == f"did you mean '{meant}'?"


def test_a_heap_of_props_is_refused() -> None:
    props = ", ".join(f"{number}.png" for number in range(17))
    assert first_finding(f"scene: {{props: {{OPEN: [{props}]}}}}")[2] == "has more than 16 entries"
