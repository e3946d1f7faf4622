"""Tables that come from the code say what the code says."""

import re
from pathlib import Path

import pytest

from agent_runtime.config.sources import KEYS
from agent_runtime.core.character import Character
from tests.docs.generated import TABLES, UNUSED_SETTINGS, character_fields, is_said, main, settings, with_tables
from tests.docs.meanings import MEANINGS
from tests.docs.pages import DOCS, ROOT


@pytest.mark.parametrize("name", sorted({page for page, _ in TABLES.values()}))
def test_the_tables_of_a_page_are_up_to_date(name: str) -> None:
    path = DOCS / name
    assert with_tables(path) == path.read_text(), "run: python -m tests.docs.generated --write"


def test_nothing_is_written_without_being_asked_for() -> None:
    assert main([]) == 0


def test_every_setting_has_a_row() -> None:
    assert [line.split("`")[1] for line in settings().splitlines()[2:]] == list(KEYS)


def test_every_field_of_a_character_file_has_a_meaning_and_nothing_else_has() -> None:
    assert {name for name, _ in character_fields(Character, "")} == set(MEANINGS)


def test_settings_that_nothing_uses_are_said_to_be_unused() -> None:
    sources = [path.read_text() for path in _sources() if "config" not in path.parts]
    assert {name for name in UNUSED_SETTINGS if not any(f".{name}" in text for text in sources)} == UNUSED_SETTINGS


@pytest.mark.parametrize("field", [key for key, meaning in MEANINGS.items() if "nothing reads it yet" in meaning])
def test_fields_that_nothing_reads_are_read_by_nothing(field: str) -> None:
    section, _, name = field.rpartition(".")
    read = re.compile(rf"\b{section or 'character'}\.{name}\b")
    assert not [path for path in _sources() if read.search(path.read_text())], "say what it does in meanings.py"


def test_a_family_that_is_not_said_yet_is_known_by_nobody_speaking() -> None:
    assert is_said("sold")
    assert not is_said("away")


def _sources() -> list[Path]:
    return sorted((ROOT / "agent_runtime").rglob("*.py"))
