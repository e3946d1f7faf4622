"""A copy of the whole database, taken while a runtime works on it, and put back; everything here blocks."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent_runtime.core.errors import Misconfigured, SchemaBehind, Unavailable
from agent_runtime.store import copying, dumping, revisions, schema
from agent_runtime.store.address import Address, parse_address
from agent_runtime.store.files import create_private

_OURS = re.compile(r"runtime-\d{8}T\d{6}\.\d{3}Z\.(?:db|dump)", re.ASCII)
_PART = ".part"
_LONGEST_S = 86_400.0
_BESIDE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that holds a whole, sound database of `revision`; `size` is in bytes."""

    path: Path
    size: int
    revision: str | None


def name_at(moment: datetime, kind: str) -> str:
    """The file name of a backup taken at `moment`: names sort as their moments do."""
    return f"runtime-{stamp(moment)}.{'db' if kind == 'sqlite' else 'dump'}"


def stamp(moment: datetime) -> str:
    """A moment as part of a file name: `20261121T094000.000Z`."""
    exact = moment.astimezone(UTC)
    return f"{exact:%Y%m%dT%H%M%S}.{exact.microsecond // 1000:03d}Z"


def back_up(url: str, to: Path) -> Backup:
    """Copy the database at `url` to `to`, whole and looked through, or leave no file.

    Raises Misconfigured for a place that will not do, Unavailable when the database or the disk fails.
    """
    address = parse_address(url)
    if address.path is not None and to.absolute() in {
        address.path.with_name(address.path.name + end) for end in _BESIDE
    }:
        raise Misconfigured(f"{to} belongs to the database itself; give another name")
    if os.path.lexists(to):
        raise Misconfigured(f"{to} is there already; give another name, or take it away")
    if not to.parent.is_dir():
        raise Misconfigured(f"{to.parent} is no folder; make it first, or give another name")
    with _draft(to) as draft:
        if address.path is not None:
            revision = copying.copy(address, address.path, draft)
        else:
            revision = dumping.dump(address, draft)
        copying.sync(draft)
        _take_name(draft, to)
        return Backup(to, to.stat().st_size, revision)


def restore(url: str, source: Path, kept: Path, *, is_trusted: bool = False) -> Path | None:
    """Put the backup `source` in the place of the database at `url`, upgraded to the schema of this code.

    Everything is checked on a copy before the database is touched, and what is replaced is kept as `kept`; None
    where there was nothing. `is_trusted`: take a file that may lack what was in its write-ahead log.
    Raises Misconfigured for a file that is no backup, SchemaBehind for one of newer code, Unavailable while others
    use the database, or when it or the disk fails.
    """
    address = parse_address(url)
    if address.path is None:
        return _restore_dump(address, url, source, kept)
    copying.refuse_unless_database(source, address.path, is_trusted=is_trusted)
    with _draft(address.path, ".restoring") as draft:
        refuse_unknown(source, copying.copy_file(address, source, draft))
        schema.upgrade(f"sqlite:///{draft}")
        copying.fold(address, draft)
        return copying.put_in_place(address, draft, address.path, kept)


def empty(url: str) -> None:
    """Take everything out of the database: what is left is the schema of this code. Raises Unavailable."""
    address = parse_address(url)
    if address.path is None:
        dumping.refuse_while_used(address, url)
        schema.downgrade(url, "base")
        schema.upgrade(url)
        return
    with _draft(address.path, ".emptied") as draft:
        schema.upgrade(f"sqlite:///{draft}")
        copying.fold(address, draft)
        copying.put_in_place(address, draft, address.path, None)


def prune(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` of the backups that were named by `name_at`; which they were."""
    ours = sorted((each for each in folder.iterdir() if _OURS.fullmatch(each.name)), key=lambda each: each.name)
    old = ours[: max(0, len(ours) - keep)]
    for each in (*old, *_left_over(folder)):
        each.unlink(missing_ok=True)
    return old


def _left_over(folder: Path) -> list[Path]:
    """What a backup left that was killed; none takes so long."""
    parts = (each for each in folder.iterdir() if each.suffix == _PART and _OURS.fullmatch(each.stem))
    return [each for each in parts if time.time() - each.stat().st_mtime > _LONGEST_S]


def refuse_unknown(source: Path, revision: str | None) -> None:
    """Raises Misconfigured for what was never ours, SchemaBehind for a revision that this code does not know."""
    if revision is None:
        raise Misconfigured(f"{source} is no backup of a runtime: it has no schema of ours; nothing was changed")
    if revision not in revisions.known():
        raise SchemaBehind(
            f"{source} has schema {revision}, this code knows {revisions.head()} at most: restore it with the version "
            "that made it; nothing was changed"
        )


def _restore_dump(address: Address, url: str, source: Path, kept: Path) -> Path | None:
    refuse_unknown(source, dumping.revision_in(source))
    dumping.refuse_while_used(address, url)
    replaced = back_up(url, kept).path if schema.current(url) is not None else None
    dumping.load(address, source)
    schema.upgrade(url)
    return replaced


@contextmanager
def _draft(to: Path, end: str = _PART) -> Iterator[Path]:
    """A private file beside `to` to work on; whatever happens, nothing of it is left under its own name."""
    draft = to.with_name(to.name + end)
    leftovers = [draft.with_name(draft.name + each) for each in (*_BESIDE, ".before-upgrade")]
    try:
        for each in leftovers:
            each.unlink(missing_ok=True)
        create_private(draft)
        yield draft
    except OSError as error:
        raise Unavailable(
            f"{draft} cannot be written: {error.strerror or error}; check the disk and the folder"
        ) from error
    finally:
        for each in leftovers:
            each.unlink(missing_ok=True)


def _take_name(draft: Path, to: Path) -> None:
    """Never over a file that has come meanwhile, where the file system can tell."""
    try:
        os.link(draft, to)
    except FileExistsError:
        raise Misconfigured(f"{to} is there already; give another name, or take it away") from None
    except OSError:  # a file system without links
        draft.replace(to)
    copying.sync(to.parent)
