"""Character files followed while the runtime runs: good changes are taken over, bad ones keep the last good one."""

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent_runtime.characters.loading import load_folder
from agent_runtime.characters.watching import Watcher
from agent_runtime.core.character import Character
from tests.waiting import beside, until

_A_MINUTE_NS = 60_000_000_000


@dataclass
class Folder:
    """A folder of characters; what is written into it looks as if it had been there for an hour."""

    path: Path
    taken: list[tuple[str, str]] = field(default_factory=list)
    writes: int = 0

    def write(self, file: str, text: str) -> None:
        path = self.path / file
        path.write_text(text)
        self.writes += 1
        moment = time.time_ns() - 60 * _A_MINUTE_NS + self.writes
        os.utime(path, ns=(moment, moment))

    def watcher(self, every_s: float = 1.0) -> Watcher:
        return Watcher(self.path, load_folder(self.path), self._take, every_s)

    def _take(self, slug: str, character: Character) -> None:
        assert character.slug == slug
        self.taken.append((slug, character.description))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "characters")
    folder.path.mkdir()
    folder.write("wren.yaml", "name: Wren\ndescription: first\n")
    folder.write("vesper.yaml", "name: Vesper\ndescription: first\n")
    return folder


async def test_a_good_change_is_taken_over_once(folder: Folder) -> None:
    watcher = folder.watcher()
    await watcher.look()
    assert folder.taken == []
    folder.write("wren.yaml", "name: Wren\ndescription: second\n")
    await watcher.look()
    await watcher.look()
    assert folder.taken == [("wren", "second")]
    assert watcher.broken == ()


async def test_a_file_that_is_only_touched_changes_nobody(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.write("wren.yaml", "name: Wren\ndescription: first\n")
    await watcher.look()
    assert folder.taken == []


async def test_a_broken_file_keeps_the_last_good_one_and_says_where_it_is_broken(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.write("wren.yaml", "name: Wren\ndescripton: second\n")
    await watcher.look()
    (broken,) = watcher.broken
    assert (broken.file, broken.character) == ("wren.yaml", "wren")
    assert "wren.yaml:2:1: unknown key 'descripton'" in broken.errors[0]
    assert folder.taken == []
    folder.write("wren.yaml", "name: Wren\ndescription: third\n")
    await watcher.look()
    assert watcher.broken == ()
    assert folder.taken == [("wren", "third")]


async def test_a_file_mended_to_what_it_was_is_no_news(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.write("wren.yaml", "name: [")
    await watcher.look()
    assert [each.file for each in watcher.broken] == ["wren.yaml"]
    folder.write("wren.yaml", "name: Wren\ndescription: first\n")
    await watcher.look()
    assert (watcher.broken, folder.taken) == ((), [])


async def test_a_removed_file_keeps_its_character_and_says_so(folder: Folder) -> None:
    watcher = folder.watcher()
    (folder.path / "wren.yaml").unlink()
    await watcher.look()
    (gone,) = watcher.broken
    assert (gone.file, gone.character) == ("wren.yaml", "wren")
    assert "no file describes 'wren' any more" in gone.errors[0]
    folder.write("wren.yaml", "name: Wren\ndescription: second\n")
    await watcher.look()
    assert (watcher.broken, folder.taken) == ((), [("wren", "second")])


async def test_a_renamed_file_is_the_same_character(folder: Folder) -> None:
    watcher = folder.watcher()
    (folder.path / "wren.yaml").rename(folder.path / "bird.yaml")
    await watcher.look()
    assert (watcher.broken, folder.taken) == ((), [])


async def test_of_twins_neither_takes_over(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.write("other.yaml", "name: Wren\ndescription: impostor\n")
    folder.write("wren.yaml", "name: Wren\ndescription: second\n")
    await watcher.look()
    assert folder.taken == []
    assert {(each.file, each.character) for each in watcher.broken} == {("other.yaml", None), ("wren.yaml", "wren")}
    assert all("the slug 'wren' is also that of" in each.errors[0] for each in watcher.broken)
    (folder.path / "other.yaml").unlink()
    await watcher.look()
    assert (watcher.broken, folder.taken) == ((), [("wren", "second")])


async def test_twins_of_the_start_are_told_apart_when_one_leaves(folder: Folder) -> None:
    folder.write("other.yaml", "name: Wren\ndescription: impostor\n")
    watcher = folder.watcher()
    assert {each.file for each in watcher.broken} == {"other.yaml", "wren.yaml"}
    (folder.path / "wren.yaml").unlink()
    await watcher.look()
    assert (watcher.broken, folder.taken) == ((), [("wren", "impostor")])


async def test_a_new_file_is_a_new_character(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.write("ada.yml", "name: Ada\ndescription: new\n")
    await watcher.look()
    assert folder.taken == [("ada", "new")]


async def test_a_file_with_another_slug_leaves_the_first_character_without_one(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.write("wren.yaml", "name: Robin\ndescription: first\n")
    await watcher.look()
    assert folder.taken == [("robin", "first")]
    assert [(each.file, each.character) for each in watcher.broken] == [("wren.yaml", "wren")]


async def test_a_file_that_is_being_written_is_left_for_the_next_look(folder: Folder) -> None:
    now = time.time_ns()
    watcher = Watcher(folder.path, load_folder(folder.path), folder._take, now_ns=lambda: now)
    folder.write("wren.yaml", "name: Wren\n")
    os.utime(folder.path / "wren.yaml", ns=(now - 1_000_000, now - 1_000_000))
    folder.write("ada.yaml", "name: [")
    os.utime(folder.path / "ada.yaml", ns=(now, now))
    await watcher.look()
    assert (watcher.broken, folder.taken) == ((), [])
    now += 2_000_000_000
    await watcher.look()
    assert folder.taken == [("wren", "")]
    assert [each.file for each in watcher.broken] == ["ada.yaml"]


async def test_a_file_from_the_future_is_read(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.write("wren.yaml", "name: Wren\ndescription: second\n")
    moment = time.time_ns() + 60 * _A_MINUTE_NS
    os.utime(folder.path / "wren.yaml", ns=(moment, moment))
    await watcher.look()
    assert folder.taken == [("wren", "second")]


async def test_a_folder_that_goes_away_is_told_and_changes_nobody(folder: Folder) -> None:
    watcher = folder.watcher()
    folder.path.rename(folder.path.with_name("elsewhere"))
    await watcher.look()
    (lost,) = watcher.broken
    assert (lost.file, lost.character) == ("characters", None)
    assert "cannot be read" in lost.errors[0]
    folder.path.with_name("elsewhere").rename(folder.path)
    await watcher.look()
    assert (watcher.broken, folder.taken) == ((), [])


async def test_too_many_files_are_told_and_change_nobody(folder: Folder) -> None:
    watcher = folder.watcher()
    for number in range(1000):
        (folder.path / f"{number}.yaml").touch()
    await watcher.look()
    assert "more than 1000 character files" in watcher.broken[0].errors[0]
    assert folder.taken == []


async def test_characters_do_not_grow_without_end(folder: Folder) -> None:
    for number in range(998):
        folder.write(f"{number}.yaml", f"name: Extra {number}\n")
    watcher = folder.watcher()
    (folder.path / "0.yaml").unlink()
    folder.write("one-more.yaml", "name: One More\n")
    folder.write("wren.yaml", "name: Wren\ndescription: second\n")
    await watcher.look()
    assert {each.file for each in watcher.broken} == {"0.yaml", "one-more.yaml"}
    assert folder.taken == [("wren", "second")]


async def test_what_stands_in_a_folder_beside_files_is_harmless(folder: Folder) -> None:
    (folder.path / "folder.yaml").mkdir()
    os.mkfifo(folder.path / "pipe.yaml")
    (folder.path / "nowhere.yaml").symlink_to("gone.yaml")
    (folder.path / "passwd.yaml").symlink_to("/etc/passwd")
    watcher = folder.watcher()
    async with asyncio.timeout(20):
        await watcher.look()
    assert {each.file for each in watcher.broken} == {"folder.yaml", "pipe.yaml", "nowhere.yaml", "passwd.yaml"}
    assert folder.taken == []


async def test_it_looks_again_and_again_until_it_is_stopped(folder: Folder) -> None:
    watcher = folder.watcher(every_s=0.01)
    async with beside(watcher.run):
        for description in ("second", "third"):
            folder.write("wren.yaml", f"name: Wren\ndescription: {description}\n")
            await until(lambda wanted=("wren", description): folder.taken[-1:] == [wanted])


async def test_what_was_written_here_is_taken_over_at_once_however_new_it_is(folder: Folder) -> None:
    watcher = folder.watcher()
    for text in ("third", "fourth"):
        (folder.path / "wren.yaml").write_text(f"name: Wren\ndescription: {text}\n")
        async with watcher.lock:
            await watcher.see(folder.path / "wren.yaml")
        await watcher.look()
    assert (folder.taken, watcher.broken) == ([("wren", "third"), ("wren", "fourth")], ())


async def test_looks_do_not_overtake_each_other(folder: Folder) -> None:
    watcher = folder.watcher()
    async with watcher.lock:
        look = asyncio.create_task(watcher.look())
        (folder.path / "wren.yaml").write_text("name: Wren\ndescription: third\n")
        await watcher.see(folder.path / "wren.yaml")
    await look
    assert folder.taken == [("wren", "third")]
    assert watcher.broken == ()


async def test_a_character_that_is_forgotten_is_not_missed(folder: Folder) -> None:
    watcher = folder.watcher()
    assert watcher.slugs_from(folder.path / "wren.yaml") == ("wren",)
    (folder.path / "wren.yaml").unlink()
    watcher.forget("wren")
    await watcher.look()
    assert (watcher.broken, [each.path.name for each in watcher.files]) == ((), ["vesper.yaml"])
