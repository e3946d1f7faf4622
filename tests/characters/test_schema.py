"""The published schema is the model's own, and says of a duration what a file says."""

import re
from typing import Any

import pytest
from pydantic_core import from_json

from agent_runtime.characters.schema import character_schema, schema_text
from agent_runtime.core.character import Character, parse_duration
from agent_runtime.core.phrases import FAMILIES
from tests.docs.pages import DOCS


def test_the_published_schema_is_up_to_date() -> None:
    run = "run: python -m agent_runtime.characters.schema > docs/character.schema.json"
    assert (DOCS / "character.schema.json").read_text() == schema_text(), run


def test_only_the_name_must_be_there_and_nothing_else_may_be() -> None:
    schema = from_json(schema_text())
    assert (schema["required"], schema["additionalProperties"]) == (["name"], False)
    assert list(schema["properties"]) == [field.alias or name for name, field in Character.model_fields.items()]
    assert schema["properties"]["phrases"]["propertyNames"]["enum"] == list(FAMILIES)


@pytest.mark.parametrize(("text", "is_one"), [("15s", True), ("1.5h", True), ("PT15S", False), ("15", False)])
def test_a_duration_is_what_a_file_may_say(text: str, is_one: bool) -> None:
    properties: dict[str, Any] = character_schema()["$defs"]["Temper"]["properties"]
    assert bool(re.search(properties["mood_half_life"]["pattern"], text)) == is_one
    if is_one:
        assert parse_duration(text)
