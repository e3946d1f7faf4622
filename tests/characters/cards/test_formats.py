"""Each format is found out from what is in it, and its words go where they belong."""

import json
from typing import Any

import pytest

from agent_runtime.characters.cards.reading import read_card
from agent_runtime.characters.cards.writing import write_card
from agent_runtime.characters.loading import parse_character
from agent_runtime.core.character import Character
from agent_runtime.core.errors import InvalidFile
from tests.characters.cards.making import raw_json, v2
from tests.characters.cards.wild import CARDS, ELIZA, FOLDER, PYGMALION

FORMATS = {
    "v1.json": ("v1", "json"),
    "v2.json": ("v2", "json"),
    "v2.png": ("v2", "png"),
    "v3.json": ("v3", "json"),
    "v3-shouted.png": ("v3", "png"),
    "v3.charx": ("v3", "charx"),
    "newer.json": ("v3", "json"),
    "textgen.yaml": ("textgen", "yaml"),
    "pygmalion.json": ("pygmalion", "json"),
    "eliza.json": ("eliza", "json"),
}
DIALOGUE = [[{"user": "Who are you?"}, {"char": "Ada."}]]


def examples(character: Character) -> Any:
    return [[line.model_dump(exclude_none=True) for line in each] for each in character.examples]


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_told_from_what_is_in_the_file_and_not_from_its_name(name: str) -> None:
    imported = read_card((FOLDER / name).read_bytes(), "whatever.txt")
    assert (imported.format, imported.container) == FORMATS[name]
    assert (imported.character.name, imported.character.slug) == ("Ada Finch", "ada-finch")


def test_textgen_yaml_is_read_and_what_it_says_besides_is_kept() -> None:
    character = read_card((FOLDER / "textgen.yaml").read_bytes(), "a").character
    assert character.description == "Ada's Persona: a restorer of pictures.\n"
    assert (character.greetings, examples(character)) == (("Come in.",), DIALOGUE)
    assert character.extensions == {"agent_runtime": {"textgen": {"your_name": "Visitor", "turn_template": "<|user|>"}}}


def test_textgen_may_call_the_name_bot_and_come_as_json() -> None:
    imported = read_card(raw_json({"bot": "Ada", "context": "x"}), "a")
    assert (imported.format, imported.character.name) == ("textgen", "Ada")


@pytest.mark.parametrize("as_yaml", [True, False])
def test_pygmalion_is_read_as_json_and_as_yaml(as_yaml: bool) -> None:
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in PYGMALION.items())
    character = read_card(lines.encode() if as_yaml else raw_json(PYGMALION), "a").character
    assert (character.description, character.scenario) == ("A restorer of pictures.", "A shop.")
    assert (character.greetings, examples(character)) == (("Come in.",), DIALOGUE)
    assert character.extensions["agent_runtime"]["pygmalion"] == {"metadata": {"version": 1, "source": None}}


def test_a_file_with_fields_of_v1_and_of_pygmalion_is_v1() -> None:
    imported = read_card(raw_json({**PYGMALION, **CARDS["v1"]}), "a")
    assert (imported.format, imported.character.personality) == ("v1", CARDS["v1"]["personality"])


def test_eliza_is_read_without_its_secrets_and_written_as_it_was() -> None:
    imported = read_card(raw_json(ELIZA), "a")
    character = imported.character
    assert character.description == "Restores pictures.\nApologises to them."
    assert [each.text for each in character.lore.entries] == [*ELIZA["lore"], "Varnish yellows."]
    assert all(each.constant for each in character.lore.entries)
    assert (character.style.all, character.style.narration) == (("short",), ("no hashtags",))
    assert (character.system, character.adjectives, examples(character)) == ("Stay dry.", ("dry",), DIALOGUE)
    assert imported.holds_secrets
    assert imported.notes == ("left out, because a character keeps no secrets: secrets, settings.secrets",)
    assert "hush" not in write_card(character, "yaml").decode()
    public = {key: value for key, value in ELIZA.items() if key != "secrets"}
    public["settings"] = {key: value for key, value in ELIZA["settings"].items() if key != "secrets"}
    assert json.loads(write_card(character, "eliza")) == public


@pytest.mark.parametrize(
    ("key", "value", "is_secret"),
    [
        ("OPENAI_API_KEY", "x", True),
        ("apiKey", "x", True),
        ("twitterPassword", "x", True),
        ("DISCORD_API_TOKEN", "x", True),
        ("max_tokens", 100, False),
        ("tokenizer", "x", False),
        ("API_KEY", "", False),
        ("monkey", "x", False),
        ("secretary", "x", False),
    ],
)
def test_a_secret_is_known_by_its_name(key: str, value: object, is_secret: bool) -> None:
    assert read_card(raw_json({"name": "a", "bio": "b", "settings": {key: value}}), "a").holds_secrets == is_secret


def test_newer_eliza_files_have_groups_of_examples_and_one_text_about_somebody() -> None:
    lines = [{"name": "{{user1}}", "content": {"text": "Hi"}}, {"name": "{{agentName}}", "content": {"text": "Yes?"}}]
    character = read_card(
        raw_json({"name": "Ada", "bio": "x\ny", "messageExamples": [{"examples": lines}]}), "a"
    ).character
    assert examples(character) == [[{"user": "Hi"}, {"char": "Yes?"}]]
    assert json.loads(write_card(character, "eliza"))["messageExamples"] == [{"examples": lines}]


@pytest.mark.parametrize("raw", [b"name: Ada\n", b'{"schema": 1, "name": "Ada", "tags": ["\\ud83d\\ude00"]}'])
def test_a_file_of_our_own_is_read_as_one(raw: bytes) -> None:
    imported = read_card(raw, "a")
    assert (imported.format, imported.character.name) == ("native", "Ada")


def test_faults_of_our_own_files_are_told_at_their_places() -> None:
    with pytest.raises(InvalidFile) as caught:
        read_card(b"name: Ada\npersonalty: x\n", "a.yaml")
    assert str(caught.value).startswith("a.yaml:2:1: unknown key 'personalty' (did you mean 'personality'?)")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Zoë Ångström", "zoe-angstrom"),
        ("さくら", "character-58ca8c88"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con"),
    ],
)
def test_every_name_has_a_slug_that_a_file_may_have(name: str, slug: str) -> None:
    assert read_card(raw_json(v2(name=name)), "a").character.slug == slug


def test_words_of_a_card_go_where_they_belong() -> None:
    character = read_card(raw_json(CARDS["v2"]), "a").character
    assert character.greetings[0] == CARDS["v1"]["first_mes"]
    assert len(character.greetings) == 3
    assert (character.system, character.post_history) == ("You are {{char}}. {{original}}", "Two sentences.")
    assert (character.notes, character.version, character.tags) == ("For evenings.", "1.10", ("art", "no", "1.0"))
    assert (character.lore.scan_depth, character.lore.budget, character.lore.recursive) == (2, 512, True)
    first, second, third = character.lore.entries
    assert (first.name, first.comment, first.order, first.constant, first.case_sensitive) == (
        "Varnish",
        "old",
        10,
        True,
        True,
    )
    assert (second.when.any, second.position, third.enabled) == (("yellow", "brown"), "before_char", False)
    assert third.text == "@@depth 2\n@@@role user\nInside."


def test_secondary_keys_are_read_in_the_way_that_their_extension_says() -> None:
    entries = read_card(raw_json(CARDS["logic"]), "a").character.lore.entries
    told = [each.when.model_dump(exclude_defaults=True) for each in entries]
    words = ("x", "y")
    assert told == [{"any": words}, {"none": words}, {"none": words}, {"all": words}, {}, {}]


def test_the_note_that_others_keep_as_an_extension_is_a_note() -> None:
    note = read_card(raw_json(CARDS["note"]), "a").character.note
    assert note is not None
    assert (note.text, note.depth, note.role) == ("Stay dry.", 2, "user")


def test_dialogues_are_read_whoever_is_named_and_however_it_is_written() -> None:
    assert examples(read_card(raw_json(CARDS["prose-example"]), "a").character) == [
        [{"char": "She looks up."}],
        [{"user": "Hi"}, {"char": "Hello\n\n\nagain"}],
    ]
    assert examples(read_card(raw_json(CARDS["windows"]), "a").character) == [[{"char": "Hm."}, {"user": "What?"}]]


def test_macros_stay_as_they_are() -> None:
    macros = "{{char}} {{random:a,b}} {{//x}} {{unknown}}"
    character = read_card(raw_json(v2(description=macros, first_mes=macros)), "a").character
    assert (character.description, character.greetings) == (macros, (macros,))


def test_pictures_that_are_written_out_inside_a_card_are_left_out_with_a_word() -> None:
    asset = {"type": "icon", "uri": "data:image/png;base64," + "A" * 2_000_000, "name": "main", "ext": "png"}
    imported = read_card(raw_json(v2(assets=[asset, {**asset, "uri": "ccdefault:"}])), "a")
    assert imported.notes == ("pictures written out inside the card (1) are not taken over",)
    assert json.loads(write_card(imported.character, "json"))["data"]["assets"] == [{**asset, "uri": "ccdefault:"}]


def test_what_is_kept_but_not_understood_is_told() -> None:
    imported = read_card(raw_json(v2(description={"a": 1}, source="x")), "a")
    assert imported.notes == ("kept, but not understood: description, source",)
    extensions = json.loads(write_card(imported.character, "json"))["data"]["extensions"]
    assert extensions == {"agent_runtime": {"card": {"unread": {"description": {"a": 1}, "source": "x"}}}}


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("newer", "a version of cards that is not known here (chara_card_v4), read as V3"),
        ("v3-relabelled", "says V3, but its version is '2.0'"),
    ],
)
def test_a_version_that_is_not_what_it_says_is_noted(name: str, note: str) -> None:
    assert read_card(raw_json(CARDS[name]), "a").notes == (note,)


def test_yaml_is_written_for_people() -> None:
    text = write_card(read_card(raw_json(CARDS["v1"]), "a").character, "yaml").decode()
    assert text == (
        "schema: 1\n"
        "name: Ada Finch\n"
        "slug: ada-finch\n"
        "description: |\n"
        "  {{char}} restores pictures.\n"
        "  She apologises to them.\n"
        "personality: 'Precise, amused; kind to beginners: always.'\n"
        "scenario: 'A shop beside the auction house. '\n"
        "greetings: ['Come in, {{user}}. Mind the wet varnish.']\n"
        "examples:\n"
        "  - - user: Who are you?\n"
        "    - char: |-\n"
        "        Ada.\n"
        "        I restore pictures.\n"
        "  - - char: Tea?\n"
    )
    assert parse_character(text, "a.yaml").name == "Ada Finch"
