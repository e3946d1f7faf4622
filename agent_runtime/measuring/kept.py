"""Figures of the store: connections at work, commits, faults, and how large the files are."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Metric

from agent_runtime.measuring.families import by, counters, gauge, gauges, histogram
from agent_runtime.store.database import Database

_BACKUP_KINDS = ("db", "dump")
_NO_FAULTS = dict.fromkeys(("contended", "unavailable", "refused"), 0)


def families(database: Database, backups: Path) -> Iterator[Metric]:
    """All of it; sizes of a file only. `backups` is where `db backup` puts them."""
    writer, path = database.writer, database.address.path
    yield gauges("rt_db_pool_in_use", "Connections at work", ("engine",), by(database.in_use()))
    yield histogram("rt_db_tx_seconds", "How long a group of writes took to be on disk", writer.commits)
    yield counters("rt_db_errors", "Writes that failed", ("kind",), by(_NO_FAULTS | writer.faults))
    if path is not None:
        yield gauge("rt_db_bytes", "Size of the database file", _size(path))
        yield gauge("rt_sqlite_wal_bytes", "Size of its write-ahead log", _size(path.with_name(f"{path.name}-wal")))

    taken = [((), moment) for moment in _newest(backups)]
    yield gauges("rt_backup_last_success_timestamp_seconds", "When the newest backup was complete", (), taken)


def _newest(backups: Path) -> list[float]:
    """When the newest was done, in Unix time; nothing where there is none. One that is being made has another name."""
    try:
        return sorted(each.stat().st_mtime for end in _BACKUP_KINDS for each in backups.glob(f"runtime-*Z.{end}"))[-1:]
    except OSError:
        return []


def _size(path: Path) -> int:
    """Bytes; 0 for what is not there, or not to be seen."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
