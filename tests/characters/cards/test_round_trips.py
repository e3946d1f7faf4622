"""Cards of every version and container become character files and cards again, and nothing foreign is lost."""

import json
from typing import Any

import pytest

from agent_runtime.characters.cards.reading import read_card
from agent_runtime.characters.cards.writing import write_card
from agent_runtime.characters.loading import parse_character, read_character
from agent_runtime.core.character import Character, LoreCondition
from tests.characters.cards.making import charx, png_card, raw_json
from tests.characters.cards.normalising import normalised
from tests.characters.cards.wild import CARDS, FOLDER, files
from tests.docs.pages import ROOT

SHIPPED = sorted((ROOT / "characters").glob("*.yaml"))
WRAPPINGS = {
    "json": raw_json,
    "png, chara": png_card,
    "png, ccv3": lambda card: png_card(card, b"ccv3"),
    "charx": charx,
}


def through_yaml(raw: bytes) -> Character:
    """The character of a card after it was a file of ours."""
    imported = read_card(raw, "card")
    kept = parse_character(write_card(imported.character, "yaml"), "kept.yaml")
    assert kept == imported.character
    return kept


def as_v3(character: Character) -> Any:
    return json.loads(write_card(character, "json"))


def test_the_files_are_those_that_the_script_makes() -> None:
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == files(), (
        "run: python -m tests.characters.cards.wild"
    )


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_the_same_normalised_v3_after_it_was_yaml(name: str, wrapping: str) -> None:
    once = as_v3(through_yaml(WRAPPINGS[wrapping](CARDS[name])))
    assert once == normalised(CARDS[name])
    assert as_v3(through_yaml(raw_json(once))) == once


@pytest.mark.parametrize("name", [name for name in files() if name.endswith((".png", ".charx"))])
def test_every_kind_of_picture_and_archive_holds_the_same_card(name: str) -> None:
    version = name[:2]
    assert as_v3(through_yaml((FOLDER / name).read_bytes())) == normalised(CARDS[version])


@pytest.mark.parametrize("version", ["chara_card_v2", "chara_card_v3"])
def test_the_versions_of_one_card_come_to_the_same(version: str) -> None:
    first = CARDS["v1"]
    later = {"spec": version, "spec_version": version[-1] + ".0", "data": first}
    assert as_v3(through_yaml(raw_json(later))) == as_v3(through_yaml(raw_json(first))) == normalised(first)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", ["json", "png", "eliza"])
def test_a_character_of_ours_comes_back_whole_from_a_card_but_for_what_it_hosts(path: Any, kind: Any) -> None:
    character = read_character(path)
    back = read_card(write_card(character, kind), "card").character
    assert back == character.model_copy(update={"hosts": Character(name="x").hosts})


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_character_of_ours_is_the_same_after_yaml(path: Any) -> None:
    character = read_character(path)
    assert parse_character(write_card(character, "yaml"), "again.yaml") == character


@pytest.mark.parametrize("name", CARDS)
def test_a_card_comes_back_from_elizaos_with_everything(name: str) -> None:
    character = read_card(raw_json(CARDS[name]), "card").character
    assert read_card(write_card(character, "eliza"), "eliza").character == character


def test_a_character_changed_by_hand_is_exported_as_changed() -> None:
    character = read_card(raw_json(CARDS["v2"]), "card").character
    entries = tuple(
        each.model_copy(update={"constant": False, "when": LoreCondition()}) for each in character.lore.entries
    )
    lore = character.lore.model_copy(update={"scan_depth": 9, "entries": entries})
    text = write_card(character.model_copy(update={"lore": lore, "examples": ()}), "yaml")
    data = as_v3(parse_character(text, "changed.yaml"))["data"]
    assert (data["mes_example"], data["character_book"]["scan_depth"]) == ("", 9)
    assert not any(each.get("constant") or each.get("selective") for each in data["character_book"]["entries"])
