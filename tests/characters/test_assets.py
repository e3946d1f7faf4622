"""Pictures that are not there are named, each once."""

from pathlib import Path

from agent_runtime.characters.assets import missing_assets
from agent_runtime.core.character import Character

CHARACTER = Character.model_validate(
    {
        "name": "Ada",
        "scene": {
            "expressions": {"NEUTRAL": "assets/character/a.png", "HAPPY": "assets/character/b.png"},
            "backgrounds": {"NEUTRAL": "rooms/hall.png", "SOLD": "rooms/applause.png"},
            "props": {"NEUTRAL": ["assets/character/b.png", "folder"], "OPEN": ["lot.png"]},
        },
    }
)


def test_what_is_no_file_in_the_folder_of_pictures_is_named_once(tmp_path: Path) -> None:
    for name in ("character/a.png", "rooms/hall.png", "folder/x.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    missing = ("assets/character/b.png", "rooms/applause.png", "folder", "lot.png")
    assert missing_assets(CHARACTER, tmp_path) == missing


def test_a_character_without_pictures_misses_none(tmp_path: Path) -> None:
    assert missing_assets(Character(name="Ada"), tmp_path) == ()
