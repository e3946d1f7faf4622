"""Character files followed while the runtime runs: a good change is taken over, a bad one leaves the last good one."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from agent_runtime.characters.loading import (
    MOST_FILES,
    Checked,
    Roster,
    files_of,
    read_file,
    stamp_of,
    without_twins,
)
from agent_runtime.core.character import Character
from agent_runtime.core.errors import InvalidFile

_SETTLED_NS = 300_000_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A character file that cannot be used as it is. `character` is the slug of the last good version that is kept."""

    file: str
    errors: tuple[str, ...]
    character: str | None = None


class Watcher:
    """Looks at the folder every `every_s` seconds, in a thread. `changed` is told of each good new version.

    A file that is written right now is left for the next look, so that no half of it is taken. A file that breaks, is
    removed, or takes the slug of another leaves the character as it was last read; `broken` says so.

    Who writes into the folder in this process holds `lock` meanwhile, and has it `see` what was written: then it is
    taken over at once.
    """

    def __init__(
        self,
        folder: Path,
        roster: Roster,
        changed: Callable[[str, Character], None],
        every_s: float = 1.0,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._folder = folder
        self._changed = changed
        self._every_s = every_s
        self._now_ns = now_ns
        # What was refused is read again at the first look: it may have been refused for a twin that has gone since.
        self._files = {each.path: each if each.character else replace(each, stamp=None) for each in roster.files}
        self._characters = dict(roster.characters)
        self._sources = {each.character.slug: each.path for each in roster.files if each.character}
        self._broken = tuple(_faults(roster.files, self._sources))
        self._is_folder_there = True
        self.lock = asyncio.Lock()

    @property
    def files(self) -> tuple[Checked, ...]:
        """The files as they were last seen, each by itself: two may have the same slug."""
        return tuple(self._files.values())

    @property
    def is_full(self) -> bool:
        """Whether another character would be one too many."""
        return len(self._characters) >= MOST_FILES

    @property
    def is_folder_there(self) -> bool:
        """Whether the folder could be read when it was last looked at."""
        return self._is_folder_there

    @property
    def broken(self) -> tuple[BrokenFile, ...]:
        """What there is to mend now: broken files, files that are gone, the folder when it cannot be read."""
        return self._broken

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> None:
        """Look once, and take over what is good."""
        async with self.lock:
            await self.see()

    async def see(self, written: Path | None = None) -> None:
        """The same for one who holds the lock; the file `written` is whole, however new it is."""
        try:
            files = await asyncio.to_thread(_read, self._folder, self._files, self._now_ns(), written)
        except InvalidFile as error:
            self._is_folder_there = False
            self._say((BrokenFile(self._folder.name, tuple(str(each) for each in error.findings)),))
            return
        if files == self._files and self._is_folder_there:
            return
        self._files, self._is_folder_there = files, True
        judged = without_twins(list(files.values()))
        overflow = [fault for each in judged if (fault := self._take(each)) is not None]
        self._say((*_faults(judged, self._sources), *overflow))

    def slugs_from(self, path: Path) -> tuple[str, ...]:
        """The characters that were last read from this file."""
        return tuple(slug for slug, source in self._sources.items() if source == path)

    def forget(self, slug: str) -> None:
        """Its file was removed on purpose: nobody misses it."""
        self._characters.pop(slug, None)
        self._sources.pop(slug, None)

    def _take(self, checked: Checked) -> BrokenFile | None:
        """Take over a good version; what was never read before only as long as there is room."""
        character = checked.character
        if character is None:
            return None
        slug = character.slug
        if slug not in self._characters and len(self._characters) >= MOST_FILES:
            return BrokenFile(
                checked.path.name, (f"{MOST_FILES} characters were read since the start; restart to take '{slug}'",)
            )
        self._sources[slug] = checked.path
        if self._characters.get(slug) != character:
            self._characters[slug] = character
            _log.info("character read anew", character=slug, file=checked.path.name)
            self._changed(slug, character)
        return None

    def _say(self, broken: tuple[BrokenFile, ...]) -> None:
        """Log what is new among the faults."""
        for each in broken:
            if each not in self._broken:
                _log.error("broken character", file=each.file, keeps=each.character, finding="\n".join(each.errors))
        self._broken = broken


def _read(folder: Path, known: Mapping[Path, Checked], now_ns: int, written: Path | None = None) -> dict[Path, Checked]:
    """Every file of the folder, read again where it has changed and has come to rest. Runs in a thread."""
    found: dict[Path, Checked] = {}
    for path in files_of(folder):
        stamp, before = stamp_of(path), known.get(path)
        if path != written and stamp is not None and 0 <= now_ns - stamp.written_ns < _SETTLED_NS:
            if before is not None:
                found[path] = before
        else:
            found[path] = before if before is not None and before.stamp == stamp else read_file(path)
    return found


def _faults(files: Iterable[Checked], sources: Mapping[str, Path]) -> Iterator[BrokenFile]:
    """Files with findings, then characters that no file describes any more."""
    files = list(files)
    given = {each.character.slug for each in files if each.character}
    broken = {each.path: each for each in files if each.findings}
    kept = {slug: path for slug, path in sources.items() if slug not in given}
    for path, each in broken.items():
        slug = next((slug for slug, source in kept.items() if source == path), None)
        yield BrokenFile(path.name, tuple(str(finding) for finding in each.findings), slug)
    for slug, path in kept.items():
        if path not in broken:
            why = f"no file describes '{slug}' any more; it stays as it was last read until a restart"
            yield BrokenFile(path.name, (why,), slug)
