"""The pages as tests read them: docs/*.md and README.md, and the blocks of code in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(\S*)[ \t]*([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block. `label` is what follows the language: it says what the block is an example of."""

    place: str
    language: str
    label: str
    text: str


def pages() -> tuple[Path, ...]:
    """Every page there is."""
    return tuple(path for path in (ROOT / "README.md", *sorted(DOCS.glob("*.md"))) if path.is_file())


def page(name: str) -> str:
    """The text of a page of docs/."""
    return (DOCS / name).read_text()


def blocks(path: Path, *languages: str) -> list[Block]:
    """The blocks of a page, in order; of these languages only, where any is given."""
    return [each for each in _blocks(path) if not languages or each.language in languages]


def labelled(name: str) -> dict[str, str]:
    """The text of every block of a page of docs/ that has a label, by the label."""
    return {each.label: each.text for each in blocks(DOCS / name) if each.label}


def _blocks(path: Path) -> Iterator[Block]:
    text = path.read_text()
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(f"{path.relative_to(ROOT)}:{line}", match[1], match[2].strip(), match[3])
