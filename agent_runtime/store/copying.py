"""SQLite files copied whole, looked through, and put in the place of another without a moment between."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.store.address import Address
from agent_runtime.store.faults import explained
from agent_runtime.store.files import MAGIC, has_database

_BUSY_S = 5.0
_MOST_DAMAGE = 5
_WAL_FLAG = b"\2\2"  # at byte 18 of a file that had a write-ahead log


def copy(address: Address, source: Path, draft: Path) -> str | None:
    """The database as it is at one moment, whoever writes meanwhile, as one file; its revision.

    Page by page: VACUUM INTO would number rows anew. Raises Unavailable, Misconfigured when it is damaged.
    """
    if not has_database(source):
        raise Unavailable(f"{address} does not exist yet: there is nothing to copy")
    with explained(address), closing(_opened(source)) as db, closing(_opened(draft)) as target:
        db.backup(target, progress=_patience())
    return fold(address, draft)


def copy_file(address: Address, source: Path, draft: Path) -> str | None:
    """A file that nobody works on, with the log that lies beside it, if one does; its revision.

    Raises Misconfigured when it is damaged, Unavailable when it cannot be read or copied.
    """
    try:
        if _log_of(source).exists():
            return copy(address, source, draft)
        shutil.copyfile(source, draft)
        return fold(address, draft)
    except sqlite3.DatabaseError as error:
        raise Misconfigured(f"{source} is damaged ({error}); nothing was changed") from error


def fold(address: Address, path: Path) -> str | None:
    """Make it one file without a log, look all through it, see it on disk; its revision, None without one.

    Raises Misconfigured when it is damaged, Unavailable when the disk fails.
    """
    try:
        with closing(_opened(path)) as db:
            db.execute("PRAGMA journal_mode=DELETE")
            damage = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({_MOST_DAMAGE})")]
            orphans = db.execute("PRAGMA foreign_key_check").fetchall()
            revision = _revision(db)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            with explained(address):
                raise
        damage, orphans, revision = [str(error)], [], None
    if damage != ["ok"] or orphans:
        what = "; ".join(damage) if damage != ["ok"] else f"rows of {orphans[0][0]} refer to rows that do not exist"
        raise Misconfigured(f"the copy of the database is damaged ({what}); nothing was changed")
    sync(path)
    return revision


def refuse_unless_database(source: Path, live: Path, *, is_trusted: bool) -> None:
    """Raises Misconfigured for what can be seen without reading all of it to be no backup."""
    try:
        with source.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise Misconfigured(f"{source} cannot be read: {error.strerror}") from error
    if live.exists() and source.samefile(live):
        raise Misconfigured(f"{source} is the database itself; name a backup of it")
    if head[: len(MAGIC)] != MAGIC:
        raise Misconfigured(f"{source} is not a SQLite database; nothing was changed")
    if head[18:20] == _WAL_FLAG and not _log_of(source).exists() and not is_trusted:
        raise Misconfigured(
            f"{source} had a write-ahead log (-wal) that is not beside it: a plain copy of a file in use lacks its "
            "newest messages. Give a file made by `agent-runtime db backup`, or say --plain-copy to take it as it is"
        )


def put_in_place(address: Address, draft: Path, live: Path, kept: Path | None) -> Path | None:
    """Let `draft` take the name of `live`, which is kept as `kept`; None where nothing was there to keep.

    Raises Unavailable while somebody has `live` open.
    """
    was_there = live.exists()
    is_whole = was_there and _is_alone(address, live)
    if was_there and kept is not None:
        _keep(live, kept)
    for end in () if is_whole else ("-wal", "-shm"):
        beside = live.with_name(live.name + end)
        if beside.exists() and kept is not None:
            beside.replace(kept.with_name(kept.name + end))
        beside.unlink(missing_ok=True)
    draft.replace(live)
    sync(live.parent)
    return kept if was_there else None


def sync(path: Path) -> None:
    """See a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is to blame, not who uses it or the disk."""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _is_alone(address: Address, live: Path) -> bool:
    """Fold its log into it, which is refused while anybody else has it open; False for one too damaged for that."""
    with live.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return False  # SQLite would take it for a file that has no log, and delete the log
    with explained(address):
        try:
            with closing(_opened(live)) as db:
                db.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return False
    return True


def _keep(live: Path, kept: Path) -> None:
    """Another name for the file: until the moment of the exchange, there is a database at the old one."""
    with suppress(FileNotFoundError):
        kept.unlink()
    try:
        os.link(live, kept)
    except OSError:  # a file system without links
        shutil.copy2(live, kept)
        sync(kept)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=_BUSY_S, uri=True, isolation_level=None)


def _revision(db: sqlite3.Connection) -> str | None:
    if db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone() is None:
        return None
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _patience() -> Callable[[int, int, int], None]:
    """The library waits for ever for a file that somebody has locked; we do not."""
    deadline = time.monotonic() + _BUSY_S

    def look(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise TimeoutError

    return look


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
