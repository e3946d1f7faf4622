"""`import` and `export`: cards become character files, and characters cards."""

import json
from pathlib import Path

import pytest

from agent_runtime.characters.cards.reading import read_card
from agent_runtime.characters.loading import read_character
from tests.characters.cards.wild import CARDS, FOLDER
from tests.process.runtime import command


def test_a_card_becomes_a_character_that_can_be_talked_to_and_a_card_again(tmp_path: Path) -> None:
    folder = tmp_path / "characters"
    done = command("import", FOLDER / "v2.png", FOLDER / "textgen.yaml", "--to", folder)
    assert (done.returncode, done.stdout.decode().splitlines()) == (
        0,
        [
            f"{folder}/ada-finch.yaml: Ada Finch, from a Character Card V2",
            f"{folder}/ada-finch-2.yaml: Ada Finch, from a character of text-generation-webui",
        ],
    )
    assert (
        "there is a 'ada-finch' already: this one is 'ada-finch-2' (--replace takes its place)" in done.stderr.decode()
    )
    assert (folder / "cards" / "ada-finch.png").read_bytes() == (FOLDER / "v2.png").read_bytes()
    assert command("check", folder).returncode == 0
    settings = ("--set", f"characters_dir={folder}", "--data-dir", tmp_path / "data")
    assert b"restore" in command("chat", "ada-finch", "Who are you?", *settings).stdout
    exported = command("export", "ada-finch", "--format", "png", *settings)
    assert (exported.returncode, exported.stderr) == (0, b"")
    assert read_card(exported.stdout, "a").character == read_character(folder / "ada-finch.yaml")
    assert exported.stdout[:56] == (FOLDER / "v2.png").read_bytes()[:56]  # the picture it came in


def test_a_file_that_is_no_card_is_told_and_the_others_are_imported(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n")
    done = command("import", bad, tmp_path / "none.json", FOLDER / "v1.json", "--to", tmp_path)
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == [
        f"{bad}:1:1: the picture is cut off: it has no end",
        f"{tmp_path}/none.json:1:1: the file cannot be read: No such file or directory",
        f"{tmp_path}/ada-finch.yaml: Ada Finch, from a Character Card V1",
    ]


def test_a_card_may_take_the_place_of_the_character_of_its_name(tmp_path: Path) -> None:
    for _ in range(2):
        assert command("import", FOLDER / "v1.json", "--to", tmp_path, "--replace").returncode == 0
    assert sorted(path.name for path in tmp_path.glob("*.yaml")) == ["ada-finch.yaml"]


def test_a_file_with_secrets_is_not_kept(tmp_path: Path) -> None:
    done = command("import", FOLDER / "eliza.json", "--to", tmp_path)
    assert "left out, because a character keeps no secrets: secrets, settings.secrets" in done.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["ada-finch.yaml"]


def test_any_file_that_is_read_is_written_as_any_other(tmp_path: Path) -> None:
    done = command("export", FOLDER / "v3.charx", "--to", tmp_path / "ada.json")
    assert (done.returncode, done.stdout, done.stderr.decode()) == (0, b"", f"{tmp_path}/ada.json: Ada Finch\n")
    assert json.loads((tmp_path / "ada.json").read_bytes())["data"]["source"] == CARDS["v3"]["data"]["source"]
    picture = command("export", FOLDER / "v1.json", "--to", tmp_path / "ada.PNG", "--image", FOLDER / "v1.png")
    assert picture.returncode == 0
    assert read_card((tmp_path / "ada.PNG").read_bytes(), "a").format == "v3"
    assert command("export", "wren", "--format", "eliza").stdout.startswith(b"{")
    assert command("export", "wren").stdout.startswith(b"schema: 1\nname: Wren Halloran\n")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("export", "nobody"), 1, "no character 'nobody'; there are: casimir, vesper, wren"),
        (("export", "./nobody.json"), 2, "cannot be read"),
        (("export", "wren", "--format", "bmp"), 2, "'bmp' is not one of"),
        (("export", "wren", "--to", "/nowhere/x.json"), 2, "/nowhere/x.json cannot be written"),
        (("export", "wren", "--format", "png", "--image", "config.yaml"), 2, "this is not a PNG picture"),
        (("import",), 2, "Missing argument 'FILE…'"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(arguments: tuple[str, ...], code: int, why: str) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (code, b"")
    assert why in done.stderr.decode()
    assert b"Traceback" not in done.stderr
