"""What is written keeps to the published specifications, whatever was read."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from agent_runtime.characters.cards.reading import read_card
from agent_runtime.characters.cards.writing import write_card
from agent_runtime.core.errors import InvalidFile
from tests.characters.cards.making import END, SIGNATURE, charx, header, packed, pixels, png, raw_json, text, texts_in
from tests.characters.cards.wild import CARDS, FOLDER, files


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class Entry(_Strict):
    keys: list[str]
    content: str
    extensions: dict[str, Any]
    enabled: bool
    insertion_order: float
    use_regex: bool
    case_sensitive: bool = False
    constant: bool = False
    name: str = ""
    priority: float = 0
    id: float | str = 0
    comment: str = ""
    selective: bool = False
    secondary_keys: list[str] = []
    position: Literal["before_char", "after_char"] = "after_char"


class Book(_Strict):
    name: str = ""
    description: str = ""
    scan_depth: float = 0
    token_budget: float = 0
    recursive_scanning: bool = False
    extensions: dict[str, Any]
    entries: list[Entry]


class Asset(_Strict):
    type: str
    uri: str
    name: str
    ext: str


class V2(_Strict):
    name: str
    description: str
    personality: str
    scenario: str
    first_mes: str
    mes_example: str
    creator_notes: str
    system_prompt: str
    post_history_instructions: str
    alternate_greetings: list[str]
    tags: list[str]
    creator: str
    character_version: str
    extensions: dict[str, Any]
    character_book: Book = Field(default=Book(extensions={}, entries=[]))


class V3(V2):
    assets: list[Asset] = []
    nickname: str = ""
    creator_notes_multilingual: dict[str, str] = {}
    source: list[str] = []
    group_only_greetings: list[str]
    creation_date: float = 0
    modification_date: float = 0


class CardV3(_Strict):
    spec: Literal["chara_card_v3"]
    spec_version: Literal["3.0"]
    data: V3


class CardV2(_Strict):
    spec: Literal["chara_card_v2"]
    spec_version: Literal["2.0"]
    data: V2


READABLE = sorted(files())


@pytest.mark.parametrize("name", READABLE)
def test_json_is_a_v3_card(name: str) -> None:
    CardV3.model_validate_json(write_card(read_card((FOLDER / name).read_bytes(), name).character, "json"))


@pytest.mark.parametrize("name", READABLE)
def test_a_picture_holds_both_versions_v2_without_what_only_v3_has(name: str) -> None:
    picture = write_card(read_card((FOLDER / name).read_bytes(), name).character, "png")
    found = dict(texts_in(picture))
    assert list(found) == [b"chara", b"ccv3"]
    CardV3.model_validate_json(found[b"ccv3"])
    v2 = CardV2.model_validate_json(found[b"chara"])
    assert not {"group_only_greetings", "assets", "source", "nickname"} & set(v2.data.model_extra or {})


def test_a_card_is_put_into_the_picture_that_is_given_instead_of_the_one_it_held() -> None:
    image = png(text(b"Comment", b"mine"), text(b"Chara", b"x"), text(b"chara-ext-asset_:a", b"x")) + charx({"a": 1})
    character = read_card(raw_json(CARDS["v3"]), "a").character
    picture = write_card(character, "png", image)
    assert read_card(picture, "a.png").character == character
    assert picture.startswith(SIGNATURE + packed(header()) + packed(pixels()) + packed(text(b"Comment", b"mine")))
    assert picture.endswith(packed(END))
    assert b"chara-ext-asset_" not in picture
    assert b"PK\x03\x04" not in picture


def test_what_is_no_picture_is_refused_and_the_next_is_taken() -> None:
    character = read_card(raw_json(CARDS["v1"]), "a").character
    for image in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(InvalidFile):
            write_card(character, "png", image)
    assert read_card(write_card(character, "png", png()), "a").character == character


def test_the_plain_picture_is_a_picture_of_a_size() -> None:
    picture = write_card(read_card(raw_json(CARDS["v1"]), "a").character, "png")
    assert picture[16:24] == (256).to_bytes(4) + (384).to_bytes(4)
    assert len(picture) < 10_000
