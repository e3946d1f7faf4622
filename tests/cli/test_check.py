"""`check`: every error with its place, and an exit code for scripts."""

from pathlib import Path

from tests.process.runtime import command


def test_the_shipped_characters_are_fine() -> None:
    done = command("check")
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert [line.partition(": ")[2] for line in lines] == ["ok, Casimir Vane", "ok, Vesper Quill", "ok, Wren Halloran"]
    assert done.stderr == b"0 of 3 broken\n"


def test_errors_have_file_line_column_and_a_caret(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("schema: 1\nname: Good\n")
    (tmp_path / "bad.yaml").write_text("schema: 1\nname: Bad\ntraits: {openness: 7}\nnmae: x\n")
    done = command("check", tmp_path)
    said = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert f"{tmp_path}/good.yaml: ok, Good" in said
    place = next(line for line in said if line.startswith(f"{tmp_path}/bad.yaml:3:"))
    assert said[said.index(place) + 1].strip() == "traits: {openness: 7}"
    assert said[said.index(place) + 2].strip() == "^"
    assert [line for line in said if line.startswith(f"{tmp_path}/bad.yaml:4:1: unknown key 'nmae'")]
    assert done.stderr == b"1 of 2 broken\n"


def test_files_that_are_not_there_or_no_characters_are_told(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "deep.yaml").write_text("[" * 60_000)
    for path in (tmp_path / "nowhere.yaml", tmp_path / "binary.yaml", tmp_path / "deep.yaml"):
        done = command("check", path)
        assert done.returncode == 1
        assert done.stdout.decode().startswith(f"{path}:")
        assert b"Traceback" not in done.stderr


def test_a_picture_that_is_not_in_the_folder_of_pictures_is_a_warning_and_no_error(tmp_path: Path) -> None:
    file, pictures = tmp_path / "ada.yaml", tmp_path / "pictures"
    file.write_text("name: Ada\nscene: {backgrounds: {NEUTRAL: assets/hall.png, SOLD: assets/applause.png}}\n")
    assert command("check", file, "--set", f"assets_dir={pictures}").stdout.decode() == f"{file}: ok, Ada\n"
    pictures.mkdir()
    (pictures / "hall.png").touch()
    done = command("check", file, "--set", f"assets_dir={pictures}")
    assert done.returncode == 0
    warning = f"{file}: warning: assets/applause.png is not in {pictures}"
    assert done.stdout.decode().splitlines() == [f"{file}: ok, Ada", warning]


def test_a_pattern_among_the_keys_of_lore_that_cannot_be_read_is_a_warning_and_no_error(tmp_path: Path) -> None:
    entries = '{text: The sea., keys: [ship, "/(unclosed/i"]}'
    (tmp_path / "ada.yaml").write_text(f"name: Ada\nlore: {{entries: [{entries}]}}\n")
    done = command("check", tmp_path)
    assert done.returncode == 0
    [warning] = [line for line in done.stdout.decode().splitlines() if "warning" in line]
    assert warning.startswith(f"{tmp_path}/ada.yaml: warning: the lore key /(unclosed/i is never found: ")
