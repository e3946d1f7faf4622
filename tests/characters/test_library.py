"""The folder of characters while others write into it too: nothing is lost, and what cannot be done is said."""

import asyncio
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent_runtime.characters.library import MOST_AT_ONCE, MOST_WAITING, Library, Standing
from agent_runtime.characters.loading import MOST_FILES, load_folder
from agent_runtime.characters.watching import Watcher
from agent_runtime.core.character import Character
from agent_runtime.core.errors import Busy, InvalidFile, NotFound, Refused, Unavailable
from tests.waiting import until


@dataclass
class Shelf:
    """A library, and what its watcher told of it."""

    folder: Path
    taken: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.write("wren.yaml", "name: Wren\n")
        self.watcher = Watcher(self.folder, load_folder(self.folder), self._take)
        self.library = Library(self.folder, self.watcher, self.gone.append)

    def write(self, file: str, text: str, age_s: float = 3600) -> Path:
        path = self.folder / file
        path.write_text(text)
        os.utime(path, (moment := time.time() - age_s, moment))
        return path

    async def save(self, slug: str, text: str) -> Path:
        draft = await self.library.draft(text.encode(), f"{slug}.yaml", is_json=False)
        held, _ = await self.library.save(slug, draft, allow)
        return held.path

    def _take(self, slug: str, _character: Character) -> None:
        self.taken.append(slug)


def allow(_standing: Standing) -> None: ...


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "characters")


async def test_what_is_saved_is_taken_over_before_it_is_said_to_be(shelf: Shelf) -> None:
    path = await shelf.save("ada", "name: Ada\n")
    assert (path, shelf.taken) == (shelf.folder / "ada.yaml", ["ada"])
    assert (await shelf.library.read("ada")).character == Character(name="Ada")
    assert sorted(each.name for each in shelf.folder.iterdir()) == ["ada.yaml", "wren.yaml"]


async def test_the_file_that_has_the_slug_is_the_one_that_is_written(shelf: Shelf) -> None:
    host = shelf.write("host.yaml", "name: Someone\nslug: ada\n")
    assert await shelf.save("ada", "name: Ada\n") == host
    assert await shelf.save("host", "name: Host\n") == shelf.folder / "host-2.yaml"
    assert {each.slug: each.file for each in await shelf.library.entries()} == {
        "ada": "host.yaml",
        "host": "host-2.yaml",
        "wren": "wren.yaml",
    }


async def test_two_files_of_one_slug_are_told_and_mended_by_removing_one(shelf: Shelf) -> None:
    await shelf.save("ada", "name: Ada\n")
    shelf.write("twin.yaml", "name: Ada\n")
    entries = {each.file: each for each in await shelf.library.entries()}
    assert entries["ada.yaml"].slug == "ada"
    assert "also that of" in entries["ada.yaml"].findings[0].message
    with pytest.raises(Refused, match=r"also in twin\.yaml"):
        await shelf.save("ada", "name: Ada\nnotes: x\n")
    await shelf.library.delete("ada", allow)
    assert {each.file: each.slug for each in await shelf.library.entries()} == {"twin.yaml": "ada", "wren.yaml": "wren"}


async def test_a_file_that_somebody_writes_right_now_is_not_written_over(shelf: Shelf) -> None:
    path = shelf.write("ada.yaml", "name: Ad", age_s=0)
    with pytest.raises(Busy, match="being written by somebody else"):
        await shelf.save("ada", "name: Ada\nnotes: ours\n")
    assert path.read_text() == "name: Ad"


async def test_a_file_that_broke_is_found_by_the_character_it_was(shelf: Shelf) -> None:
    shelf.write("host.yaml", "name: Ada\n")
    await shelf.watcher.look()
    shelf.write("host.yaml", "name: [\n")
    assert (await shelf.library.read("ada")).findings[0].line == 2
    assert [each.slug for each in await shelf.library.entries()] == ["ada", "wren"]
    assert await shelf.save("ada", "name: Ada\n") == shelf.folder / "host.yaml"


async def test_what_was_deleted_is_missed_by_nobody(shelf: Shelf) -> None:
    await shelf.save("ada", "name: Ada\n")
    (shelf.folder / "cards").mkdir()
    (shelf.folder / "cards" / "ada.png").write_bytes(b"x")
    await shelf.library.delete("ada", allow)
    await shelf.watcher.look()
    assert (shelf.gone, shelf.watcher.broken) == (["ada"], ())
    assert list((shelf.folder / "cards").iterdir()) == []
    with pytest.raises(NotFound):
        await shelf.library.delete("ada", allow)
    await shelf.save("ada", "name: Ada\n")
    assert shelf.taken == ["ada", "ada"]


async def test_who_allows_a_change_is_told_how_things_stand(shelf: Shelf) -> None:
    told: list[Standing] = []

    def refuse(standing: Standing) -> None:
        told.append(standing)
        raise Refused("no")

    draft = await shelf.library.draft(b"name: Wren\nnotes: x\n", "wren.yaml", is_json=False)
    for slug in ("wren", "ada"):
        with pytest.raises(Refused, match="no"):
            await shelf.library.save(slug, draft, refuse)
    version = (await shelf.library.read("wren")).version
    assert told == [Standing(version, ("wren",), is_only=True), Standing(None)]
    assert shelf.taken == []


async def test_a_file_that_is_none_is_told_and_can_be_removed(shelf: Shelf, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("name: Secret\n")
    os.utime(secret, (0, 0))
    (shelf.folder / "link.yaml").symlink_to(secret)
    os.mkfifo(shelf.folder / "pipe.yaml")
    os.utime(shelf.folder / "pipe.yaml", (0, 0))
    async with asyncio.timeout(20):
        assert [each.slug for each in await shelf.library.entries()] == ["link", "pipe", "wren"]
        for slug in ("link", "pipe"):
            with pytest.raises(InvalidFile):
                await shelf.library.read(slug)
        assert await shelf.save("link", "name: Link\n") == shelf.folder / "link.yaml"
        await shelf.library.delete("pipe", allow)
    assert secret.read_text() == "name: Secret\n"
    assert not (shelf.folder / "link.yaml").is_symlink()


async def test_a_full_folder_takes_no_more_and_stays_readable(shelf: Shelf) -> None:
    for number in range(MOST_FILES - 1):
        (shelf.folder / f"{number}.yaml").write_text("")
    with pytest.raises(Refused, match="the folder is full"):
        await shelf.save("ada", "name: Ada\n")
    assert (await shelf.library.read("wren")).character is not None
    assert await shelf.save("wren", "name: Wren\nnotes: x\n") == shelf.folder / "wren.yaml"


async def test_a_folder_that_is_gone_is_said_to_be(shelf: Shelf) -> None:
    moved = shelf.folder.rename(shelf.folder.with_name("elsewhere"))
    for asked in (shelf.library.entries(), shelf.library.read("wren"), shelf.save("ada", "name: Ada\n")):
        with pytest.raises(Unavailable, match="cannot be read"):
            await asked
    moved.rename(shelf.folder)
    assert (await shelf.library.read("wren")).character is not None


async def test_more_than_can_wait_is_refused_and_the_rest_is_done(shelf: Shelf) -> None:
    gate, begun = threading.Event(), []

    def work() -> bool:
        begun.append(1)
        return gate.wait(20)

    tasks = [asyncio.create_task(shelf.library.aside(work)) for _ in range(MOST_AT_ONCE + MOST_WAITING)]
    await until(lambda: len(begun) == MOST_AT_ONCE)
    with pytest.raises(Busy):
        await shelf.library.aside(work)
    gate.set()
    assert all(await asyncio.gather(*tasks))
    assert await shelf.library.aside(work)


@pytest.mark.parametrize("slug", ["..", "../wren", "Wren", "wren.yaml", "", "a" * 65, "a\0"])
async def test_what_is_no_slug_leads_to_no_file(shelf: Shelf, slug: str) -> None:
    draft = await shelf.library.draft(b"name: Wren\n", "wren.yaml", is_json=False)
    for asked in (
        shelf.library.read(slug),
        shelf.library.delete(slug, allow),
        shelf.library.save(slug, draft, allow),
    ):
        with pytest.raises(NotFound):
            await asked
