"""`db health`: whether the database is sound, how large it is and how much is in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent_runtime.cli.db_backup import output_option
from agent_runtime.cli.options import run_async, setting_options, settings_from

if TYPE_CHECKING:
    from agent_runtime.store.condition import Condition

LEAST_FREE_BYTES = 256 * 1024 * 1024
_MOST_WAL_BYTES = 256 * 1024 * 1024
_BAD = 1
_NOT_AT_HEAD = 5


@click.command("health")
@click.option("--full", is_flag=True, help="Look through every index and reference of a SQLite file: takes longer.")
@output_option
@setting_options
def health(full: bool, output: str, config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """How the database is; nothing is changed, and a runtime may be using it.

    Exit code 1 when something is wrong, 3 when it cannot be reached, 5 when its schema is not the newest.
    """
    from agent_runtime.app import database_url  # noqa: PLC0415 - heavy
    from agent_runtime.store.condition import condition_of  # noqa: PLC0415 - heavy

    url = database_url(settings_from(config, data_dir, sets))
    condition = run_async(lambda _stop: condition_of(url, is_thorough=full))
    problems = list(_problems(condition))
    if output == "json":
        from agent_runtime.cli.asking import show_json  # noqa: PLC0415 - heavy

        show_json({**_facts(condition), "problems": problems, "notes": _notes(condition)})
    else:
        _show(condition, problems)
    raise SystemExit(_BAD if problems else 0 if condition.standing.is_head else _NOT_AT_HEAD)


def _problems(condition: "Condition") -> Iterator[str]:
    """What somebody has to see to; a schema that is behind has an exit code of its own."""
    for line in condition.damage:
        yield f"damaged: {line}"
    if condition.damage:
        yield "stop the runtime and restore a backup: agent-runtime db restore FILE"
    if condition.free_bytes is not None and condition.free_bytes < LEAST_FREE_BYTES:
        yield f"only {condition.free_bytes:,} bytes are free on its disk: make room"
    if (condition.wal_bytes or 0) > _MOST_WAL_BYTES:
        yield f"its write-ahead log has grown to {condition.wal_bytes:,} bytes: something reads it without an end"


def note_on_sqlite() -> str:
    """What there is to know of this machine's SQLite, "" where it is recent."""
    import sqlite3  # noqa: PLC0415 - loaded when a command needs it

    from agent_runtime.store.condition import OLDEST_GOOD_SQLITE, is_old_sqlite  # noqa: PLC0415 - heavy

    if not is_old_sqlite():
        return ""
    wanted = ".".join(map(str, OLDEST_GOOD_SQLITE))
    return f"SQLite {sqlite3.sqlite_version} is older than {wanted}, which mends a rare fault of write-ahead logs"


def _facts(condition: "Condition") -> dict[str, Any]:
    from agent_runtime.core.clock import iso  # noqa: PLC0415 - heavy

    return {
        "database": str(condition.address),
        "engine": condition.engine,
        "revision": condition.standing.current,
        "head": condition.standing.head,
        "size_bytes": condition.size_bytes,
        "wal_bytes": condition.wal_bytes,
        "free_bytes": condition.free_bytes,
        "is_sound": not condition.damage,
        "counts": dict(condition.counts),
        "oldest_event": iso(condition.oldest_event) if condition.oldest_event else None,
    }


def _show(condition: "Condition", problems: list[str]) -> None:
    facts = _facts(condition)
    is_file = condition.address.path is not None
    verdict = "yes" if facts["is_sound"] else "no"
    shown = {
        "database": facts["database"],
        "engine": facts["engine"],
        "schema": f"{facts['revision'] or 'none'} (head {facts['head']})",
        "size": f"{condition.size_bytes:,} bytes"
        + (f", write-ahead log {condition.wal_bytes:,}, free on the disk {condition.free_bytes:,}" if is_file else ""),
        "sound": verdict if is_file else "PostgreSQL looks after that itself",
        **{name: f"{count:,}" for name, count in condition.counts.items()},
        "oldest event": facts["oldest_event"] or "-",
    }
    width = max(map(len, shown))
    for name, value in shown.items():
        click.echo(f"{name:{width}}  {value}")
    for problem in problems:
        click.echo(f"problem: {problem}")
    if condition.standing.is_newer:
        click.echo("the schema is of a newer version: run that one, or restore a backup", err=True)
    elif not condition.standing.is_head and not condition.damage:
        click.echo("the schema is not the newest of this version: agent-runtime db upgrade", err=True)
    for note in _notes(condition):
        click.echo(f"note: {note}", err=True)


def _notes(condition: "Condition") -> list[str]:
    return [note] if condition.address.path is not None and (note := note_on_sqlite()) else []
