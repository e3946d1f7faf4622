"""The pictures a character refers to, and which of them are not there."""

from collections.abc import Iterator
from pathlib import Path

from agent_runtime.core.character import Character


def missing_assets(character: Character, root: Path) -> tuple[str, ...]:
    """Assets of the character that are no files under `root`, each once, in the order of its wardrobe.

    `assets/` at the beginning of a path is `root` itself. Reads the disk.
    """
    return tuple(asset for asset in dict.fromkeys(_assets(character)) if not _place(root, asset).is_file())


def _assets(character: Character) -> Iterator[str]:
    scene = character.scene
    yield from scene.expressions.values()
    yield from scene.backgrounds.values()
    for props in scene.props.values():
        yield from props


def _place(root: Path, asset: str) -> Path:
    return root / asset.removeprefix("assets/")
