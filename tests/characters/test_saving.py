"""Characters are written whole, and never over another one unless that is asked for."""

from pathlib import Path

import pytest

from agent_runtime.characters.loading import load_folder, read_character
from agent_runtime.characters.saving import save_character, save_original
from agent_runtime.core.character import Character
from agent_runtime.core.errors import InvalidFile

ADA = Character(name="Ada Finch", description="One.\nTwo.")


def test_a_character_is_written_as_a_file_named_after_it(tmp_path: Path) -> None:
    saved = save_character(ADA, tmp_path / "new" / "characters")
    assert saved.path == tmp_path / "new" / "characters" / "ada-finch.yaml"
    assert read_character(saved.path) == saved.character == ADA
    assert list(saved.path.parent.iterdir()) == [saved.path]


def test_another_of_the_same_name_gets_a_number(tmp_path: Path) -> None:
    saved = [save_character(ADA.model_copy(update={"notes": str(n)}), tmp_path) for n in range(3)]
    assert [each.character.slug for each in saved] == ["ada-finch", "ada-finch-2", "ada-finch-3"]
    assert [read_character(each.path).notes for each in saved] == ["0", "1", "2"]
    assert len(load_folder(tmp_path).characters) == 3


def test_a_slug_is_taken_whatever_the_file_is_called_and_a_name_even_by_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "host.yaml").write_text("name: Someone\nslug: ada-finch\n")
    (tmp_path / "ada-finch-2.yml").write_text("name: [\n")
    assert save_character(ADA, tmp_path).character.slug == "ada-finch-3"
    assert (tmp_path / "ada-finch-2.yml").read_text() == "name: [\n"


def test_the_file_that_has_the_slug_is_replaced_when_that_is_asked_for(tmp_path: Path) -> None:
    host = tmp_path / "host.yaml"
    host.write_text("name: Someone\nslug: ada-finch\n")
    saved = save_character(ADA, tmp_path, is_replacing=True)
    assert (saved.path, read_character(host)) == (host, ADA)
    assert save_character(Character(name="New"), tmp_path, is_replacing=True).path == tmp_path / "new.yaml"


def test_a_long_slug_has_room_for_its_number(tmp_path: Path) -> None:
    long = Character(name="x", slug="a" * 57 + "-" + "b" * 6)
    assert [save_character(long, tmp_path).character.slug for _ in range(2)] == [long.slug, "a" * 57 + "-2"]


def test_what_no_file_can_hold_leaves_none_and_spoils_none(tmp_path: Path) -> None:
    kept = save_character(ADA, tmp_path)
    large = ADA.model_copy(update={"description": "x\n" * 45_000, "notes": "x\n" * 45_000, "scenario": "y" * 90_000})
    for is_replacing in (False, True):
        with pytest.raises(InvalidFile, match="larger than 256 KB"):
            save_character(large, tmp_path, is_replacing=is_replacing)
    assert list(tmp_path.iterdir()) == [kept.path]
    assert read_character(kept.path) == ADA


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidFile, match="cannot be written"):
        save_character(ADA, tmp_path / "file")
    assert save_character(ADA, tmp_path).path.is_file()


def test_the_original_is_kept_as_it_was_where_no_character_is_looked_for(tmp_path: Path) -> None:
    saved = save_character(ADA, tmp_path)
    assert save_original(b"one", tmp_path, "ada-finch.yaml") == tmp_path / "cards" / "ada-finch.yaml"
    assert save_original(b"two", tmp_path, "ada-finch.yaml").read_bytes() == b"two"
    assert list(load_folder(tmp_path).characters) == [saved.character.slug]
