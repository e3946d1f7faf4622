"""How a database is: its revision, its size, whether it is sound, and how much is in it; nothing is changed."""

import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DatabaseError

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.address import Address, parse_address
from agent_runtime.store.copying import is_damage
from agent_runtime.store.engine import PooledEngine, Pools
from agent_runtime.store.postgres import postgres_pools
from agent_runtime.store.revisions import Standing, current, head
from agent_runtime.store.sqlite import sqlite_pools
from agent_runtime.store.tables import event_logs, messages, sessions
from agent_runtime.store.turn_tables import turns

OLDEST_GOOD_SQLITE = (3, 51, 3)
_MOST_DAMAGE = 20
_COUNTED = {"sessions": sessions, "messages": messages, "turns": turns, "events": event_logs}


@dataclass(frozen=True, slots=True)
class Condition:
    """Sizes are in bytes; `wal_bytes` and `free_bytes` (of the disk) are None where there is no file.

    `damage` is what the database found wrong in itself; nothing is counted then.
    """

    address: Address
    engine: str
    standing: Standing
    size_bytes: int
    wal_bytes: int | None
    free_bytes: int | None
    damage: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    oldest_event: datetime | None = None


def is_old_sqlite() -> bool:
    """Whether this machine's SQLite is older than the one that mended a rare fault of its write-ahead log."""
    return sqlite3.sqlite_version_info < OLDEST_GOOD_SQLITE


async def condition_of(url: str, *, is_thorough: bool = False) -> Condition:
    """Look at the database, quickly or, on SQLite, through every index and reference.

    Raises Misconfigured, Unavailable.
    """
    address = parse_address(url)
    engine = PooledEngine(address, _unlooked_at)
    try:
        await engine.open()
        return await engine.read(lambda db: _seen(db, address, is_thorough=is_thorough))
    except Unavailable as fault:
        if address.path is None or not (why := _damage_in(fault)):
            raise
        return _condition(address, address.path, f"SQLite {sqlite3.sqlite_version}", (why,))
    finally:
        await engine.close()


def _unlooked_at(address: Address) -> Pools:
    """Without the look for damage that opening takes: here it is the question."""
    pools = sqlite_pools(address) if address.path else postgres_pools(address)
    return replace(pools, check=lambda _db: None)


def _seen(db: Connection, address: Address, *, is_thorough: bool) -> Condition:
    path = address.path
    engine = f"SQLite {sqlite3.sqlite_version}" if path else _scalar(db, "SHOW server_version", "PostgreSQL {}")
    damage = _damage(db, is_thorough=is_thorough) if path else ()
    if damage:
        return _condition(address, path, engine, damage)
    there = set(inspect(db).get_table_names())
    return replace(
        _condition(address, path, engine),
        standing=Standing(current(db), head()),
        size_bytes=_size(path) if path else int(_scalar(db, "SELECT pg_database_size(current_database())")),
        counts={
            name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in _COUNTED.items()
            if table.name in there
        },
        oldest_event=_oldest_heard(db) if event_logs.name in there else None,
    )


def _oldest_heard(db: Connection) -> datetime | None:
    """When the first event of the log was received: recorded ones tell of other years."""
    there = {each["name"] for each in inspect(db).get_columns(event_logs.name)}  # receipt was not always noted
    moments = [each for each in (event_logs.c.received_at, event_logs.c.timestamp) if each.name in there]
    row = db.execute(select(*moments).order_by(event_logs.c.seq).limit(1)).first()
    return next((each for each in row or () if each is not None), None)


def _condition(address: Address, path: Path | None, engine: str, damage: tuple[str, ...] = ()) -> Condition:
    """What can be told from outside."""
    return Condition(
        address,
        engine,
        Standing(None, head()),
        _size(path) if path else 0,
        _size(path.with_name(f"{path.name}-wal")) if path else None,
        shutil.disk_usage(path.parent).free if path else None,
        damage,
    )


def _damage_in(fault: Unavailable) -> str:
    """What the library said of a file too damaged to be opened; "" where that was not the reason."""
    cause = fault.__cause__.orig if isinstance(fault.__cause__, DatabaseError) else fault.__cause__
    return str(cause) if isinstance(cause, sqlite3.Error) and is_damage(cause) else ""


def _damage(db: Connection, *, is_thorough: bool) -> tuple[str, ...]:
    try:
        check = "integrity_check" if is_thorough else "quick_check"
        found = [str(row[0]) for row in db.exec_driver_sql(f"PRAGMA {check}({_MOST_DAMAGE})")]
        orphans = db.exec_driver_sql("PRAGMA foreign_key_check").first() if is_thorough else None
    except DatabaseError as error:
        if not isinstance(error.orig, sqlite3.Error) or not is_damage(error.orig):
            raise
        return (str(error.orig),)
    lost = (f"rows of {orphans[0]} refer to rows that do not exist",) if orphans else ()
    return (*(line for line in found if line != "ok"), *lost)


def _scalar(db: Connection, query: str, form: str = "{}") -> str:
    return form.format(db.exec_driver_sql(query).scalar_one())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
