"""Character files become characters; what is wrong with a file is said at its place and spoils no other file."""

import unicodedata
from pathlib import Path

import pytest

from agent_runtime.characters.loading import check, load_folder, parse_character, read_character
from agent_runtime.core.errors import Finding, InvalidFile


def findings(text: str) -> tuple[Finding, ...]:
    with pytest.raises(InvalidFile) as caught:
        parse_character(text, "c.yaml")
    return caught.value.findings


def test_only_a_name_is_required() -> None:
    character = parse_character("name: Vesper Quill", "c.yaml")
    assert (character.name, character.slug) == ("Vesper Quill", "vesper-quill")


def test_a_misspelt_key_is_found_with_the_key_that_was_meant() -> None:
    (finding,) = findings("name: Vinny\nsytem_prompt: |\n  You are Vinny.\n")
    assert (finding.line, finding.column, finding.hint) == (2, 1, "did you mean 'system'?")
    assert parse_character("name: Vinny", "c.yaml").slug == "vinny"


def test_a_version_written_as_a_number_is_met_with_a_friendly_word() -> None:
    (finding,) = findings("name: Vinny\nversion: 1.0")
    assert str(finding).splitlines()[0] == 'c.yaml:2:10: expected text, got a number (put it in quotes: "1.0")'


@pytest.mark.parametrize(
    ("name", "slug"),
    [("../../etc/passwd", "etc-passwd"), ("/etc/passwd", "etc-passwd"), ("CON", "con"), ("a/b", "a-b")],
)
def test_a_display_name_is_free_text_and_never_a_path(name: str, slug: str) -> None:
    assert parse_character(f"name: {name}", "c.yaml").slug == slug


@pytest.mark.parametrize(
    "text", ["name: .", "name: '!!!'", f"name: {'x' * 300}", "name: x\nslug: ../x", "name: x\nslug: X"]
)
def test_a_name_or_slug_that_no_file_could_have_is_refused(text: str) -> None:
    assert findings(text)


def test_a_name_is_the_same_however_its_accents_were_typed() -> None:
    typed = [parse_character(f"name: {unicodedata.normalize(form, 'Zoë')}", "c.yaml") for form in ("NFC", "NFD")]
    assert typed[0] == typed[1]


def test_files_are_checked_each_by_itself(tmp_path: Path) -> None:
    good, bad, none = (tmp_path / f"{name}.yaml" for name in ("good", "bad", "none"))
    good.write_text("name: Good")
    bad.write_text("name: Bad\nversion: 2\ngreetings: hi\n")
    checked = check([bad, good, none])
    assert [each.path for each in checked] == [bad, good, none]
    assert [each.character.name if each.character else None for each in checked] == [None, "Good", None]
    assert [(each.line, each.column) for each in checked[0].findings] == [(2, 10), (3, 12)]
    assert "cannot be read" in checked[2].findings[0].message


def test_a_folder_gives_its_good_characters_and_says_what_is_wrong_with_the_others(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("name: Bea")
    (tmp_path / "a.yaml").write_text("name: Ada")
    (tmp_path / "broken.yaml").write_text("name: [")
    (tmp_path / ".hidden.yaml").write_text("name: [")
    (tmp_path / "notes.txt").write_text("name: [")
    roster = load_folder(tmp_path)
    assert list(roster.characters) == ["ada", "bea"]
    assert [each.file for each in roster.findings] == [str(tmp_path / "broken.yaml")]


def test_of_twins_none_is_accepted_and_each_names_the_other(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text("name: Vinny")
    (tmp_path / "2.yaml").write_text("name: vinny")
    (tmp_path / "3.yaml").write_text("name: Someone\nslug: vinny")
    (tmp_path / "4.yaml").write_text("name: Other")
    roster = load_folder(tmp_path)
    assert list(roster.characters) == ["other"]
    assert len(roster.findings) == 3
    assert all("'vinny'" in each.message for each in roster.findings)
    assert "2.yaml" in roster.findings[0].message
    assert "1.yaml" in roster.findings[1].message


def test_a_file_named_twice_is_no_twin_of_itself(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: Ada")
    assert not any(each.findings for each in check([tmp_path / "a.yaml", tmp_path / "a.yaml"]))


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="cannot be read"):
        load_folder(tmp_path / "none")


def test_a_broken_file_is_read_again_once_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"name: \xff")
    with pytest.raises(InvalidFile, match="not UTF-8"):
        read_character(path)
    path.write_text("name: Ada")
    assert read_character(path).name == "Ada"
