"""The folder of character files as one reads and writes it while the runtime runs: what is written is there at once."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Set
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from agent_runtime.characters.drafts import Draft, from_json, from_yaml, is_slug, version_of
from agent_runtime.characters.files import read_bytes
from agent_runtime.characters.loading import MOST_FILES, Checked, files_of, parse_character, without_twins
from agent_runtime.characters.saving import ORIGINALS, namesakes, replace_file
from agent_runtime.characters.watching import Watcher
from agent_runtime.core.character import Character
from agent_runtime.core.errors import Busy, Finding, InvalidFile, NotFound, Refused, Unavailable

MOST_AT_ONCE, MOST_WAITING = 2, 16
_CARDS = ("png", "json", "yaml", "charx")
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the folder. `slug` is what it is asked for by; None where no slug leads to it.

    `character` is None where the file is broken, and `findings` say why.
    """

    file: str
    slug: str | None
    character: Character | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What is in a file. `version` stands for its bytes, and is the same only for the same bytes."""

    slug: str
    path: Path
    raw: bytes
    version: str
    character: Character | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a file stands when it is to be changed. `version` is None where there is none, empty where it cannot be read.

    `slugs` are the characters that were last read from it; `is_only`: no other file holds a character.
    """

    version: str | None
    slugs: tuple[str, ...] = ()
    is_only: bool = False


Allow = Callable[[Standing], None]


@dataclass(frozen=True)
class Library:
    """Reads and writes character files, one writer at a time. `forget` is told of each character that is gone.

    Disk and parser work in threads, two at a time. All raise Busy where too many wait, Unavailable where the folder
    cannot be read or written.
    """

    folder: Path
    watcher: Watcher
    forget: Callable[[str], None]
    _desks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE + MOST_WAITING))

    async def entries(self) -> list[Entry]:
        """Every file by its name."""
        await self._looked()
        judged = sorted(without_twins(self.watcher.files), key=lambda each: each.path.name)
        return [Entry(each.path.name, self._slug_of(each), each.character, each.findings) for each in judged]

    async def read(self, slug: str) -> Held:
        """The file as it is now, also a broken one. Raises NotFound, InvalidFile where it cannot be read at all."""
        check_slug(slug)
        await self._looked()
        path = self.path_of(slug)
        if path is None:
            raise NotFound("character", slug)
        return await self.aside(_held, slug, path)

    async def draft(self, raw: bytes, file: str, *, is_json: bool) -> Draft:
        """The character that a text describes; `file` is what findings call it. Raises InvalidFile."""
        return await self.aside(from_json if is_json else from_yaml, raw, file)

    async def save(self, slug: str, draft: Draft, allow: Allow) -> tuple[Held, bool]:
        """Make or replace the file of `slug`, and take it over; whether it is new. `allow` may raise to prevent it.

        Raises NotFound for what is no slug, Refused where the folder is full or another file has the slug too.
        """
        check_slug(slug)
        async with self.held():
            path = self.path_of(slug)
            allow(await self._standing(path))
            return await self.put(slug, draft), path is None

    async def put(self, slug: str, draft: Draft) -> Held:
        """The same for one who holds the folder, and asks nobody."""
        path = self.path_of(slug) or await self._new_path(slug)
        others = [each.path.name for each in self._having(draft.character.slug) if each.path != path]
        if others:
            raise Refused(f"'{draft.character.slug}' is also in {', '.join(others)}; give one of them another slug")
        with _written():
            await self.aside(replace_file, path, draft.raw)
        await self.watcher.see(path)
        return Held(slug, path, draft.raw, version_of(draft.raw), draft.character)

    async def delete(self, slug: str, allow: Allow) -> None:
        """Remove the file and the card it came from. Raises NotFound."""
        check_slug(slug)
        async with self.held():
            path = self.path_of(slug)
            if path is None:
                raise NotFound("character", slug)
            standing = await self._standing(path)
            allow(standing)
            with _written():
                await self.aside(_remove, path, self.folder / ORIGINALS, slug)
            for each in standing.slugs:
                self.watcher.forget(each)
                self.forget(each)
            await self.watcher.see()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nobody else in this process writes the folder meanwhile, and what is in it is known. Raises Unavailable."""
        async with self.watcher.lock:
            await self.watcher.see()
            if not self.watcher.is_folder_there:
                raise Unavailable("the folder of characters cannot be read; see `broken` of the agents")
            yield

    async def aside(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it in a thread, as soon as there is room. Raises Busy."""
        if self._places.locked():
            raise Busy("too many characters are read or written already")
        async with self._places, self._desks:
            return await asyncio.to_thread(work, *args, **kwargs)

    def path_of(self, slug: str) -> Path | None:
        """The file that has the slug, or was last read as it, or is broken and named after it; as last seen."""
        having = sorted(self._having(slug), key=lambda each: (each.path.stem != slug, each.path.name))
        broken = [each for each in self.watcher.files if each.character is None]
        last = [each for each in broken if slug in self.watcher.slugs_from(each.path)]
        named = [each for each in broken if each.path.stem == slug]
        return next((each.path for each in (*having, *last, *named)), None)

    def free_slug(self, slug: str) -> str:
        """The slug, or with a number behind it where a file has it or is called so. Raises Refused."""
        taken = {each.path.stem for each in self.watcher.files}
        for each in namesakes(slug):
            if each not in taken and self.path_of(each) is None:
                return each
        raise Refused(f"there are too many characters named '{slug}' already")

    def _having(self, slug: str) -> list[Checked]:
        return [each for each in self.watcher.files if each.character and each.character.slug == slug]

    def _slug_of(self, checked: Checked) -> str | None:
        own = checked.character.slug if checked.character else None
        tried = (own, *self.watcher.slugs_from(checked.path), checked.path.stem)
        return next((each for each in tried if each and is_slug(each) and self.path_of(each) == checked.path), None)

    async def _looked(self) -> None:
        async with self.held():
            pass

    async def _new_path(self, slug: str) -> Path:
        if self.watcher.is_full:
            raise Refused("no more characters are taken up until a restart: too many were read since the start")
        path = await self.aside(_free_path, self.folder, slug, {each.path for each in self.watcher.files})
        if path is None:
            raise Busy(f"a file for '{slug}' is being written by somebody else; ask again")
        return path

    async def _standing(self, path: Path | None) -> Standing:
        if path is None:
            return Standing(None)
        try:
            version = version_of(await self.aside(read_bytes, path))
        except InvalidFile:
            version = ""
        others = (each for each in without_twins(self.watcher.files) if each.path != path and each.character)
        return Standing(version, self.watcher.slugs_from(path), next(others, None) is None)


def check_slug(slug: str) -> None:
    """Raises NotFound for what no character can be called: it leads to no file."""
    if not is_slug(slug):
        raise NotFound("character", slug)


def _held(slug: str, path: Path) -> Held:
    raw = read_bytes(path)
    try:
        character, findings = parse_character(raw, path.name), ()
    except InvalidFile as error:
        return Held(slug, path, raw, version_of(raw), None, error.findings)
    return Held(slug, path, raw, version_of(raw), character, findings)


def _free_path(folder: Path, slug: str, known: Set[Path]) -> Path | None:
    """A file name that is free; None where the first choice was taken since the folder was looked at."""
    if len(files_of(folder)) >= MOST_FILES:
        raise Refused(f"the folder is full with {MOST_FILES} files: delete characters that nobody needs")
    first = folder / f"{slug}.yaml"
    if os.path.lexists(first) and first not in known:
        return None
    paths = (folder / f"{each}.yaml" for each in namesakes(slug))
    return next((each for each in paths if not os.path.lexists(each)), None)


def _remove(path: Path, cards: Path, slug: str) -> None:
    path.unlink(missing_ok=True)
    for suffix in _CARDS:
        (cards / f"{slug}.{suffix}").unlink(missing_ok=True)


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"the folder of characters cannot be written: {error.strerror or 'no reason given'}"
        ) from error
