"""Pages lead somewhere, are short, and say nothing of the machine they were written on."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, page, pages

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_LONGEST = 180
_MACHINE = re.compile(r"/(?:home|root|tmp|work|Users)/\S")


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_links_lead_to_files_and_headings_that_are_there(path: Path) -> None:
    for link in _LINK.findall(path.read_text()):
        if "://" in link:
            continue
        name, _, heading = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{path.name}: {link}"
        assert target.is_relative_to(ROOT), f"{path.name}: {link}"
        assert not heading or heading in _headings(target), f"{path.name}: {link}"


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_page_is_short_and_names_no_folder_of_this_machine(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= _LONGEST
    assert not _MACHINE.findall(text)


def test_the_index_names_every_page_once() -> None:
    listed = [name for name in _LINK.findall(page("index.md")) if name.endswith(".md")]
    assert sorted(listed) == sorted(path.name for path in DOCS.glob("*.md") if path.name != "index.md")


def _headings(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
