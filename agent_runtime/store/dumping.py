"""PostgreSQL dumped and loaded with its own programs: our tables only, the password never on a command line."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.store.address import Address, masked
from agent_runtime.store.migrating import with_connection
from agent_runtime.store.tables import metadata

_VERSION_TABLE = "alembic_version"
_MAGIC = b"PGDMP"
_LONGEST_S = 3600.0
_CONNECT_S = 5
_LONGEST_REASON = 500
_ROW = re.compile(r"^COPY [^\n]*\n([^\n\\]+)\n", re.MULTILINE)
_OTHERS = text(
    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND application_name LIKE 'agent-runtime-%' LIMIT 1"
)


def dump(address: Address, draft: Path) -> str | None:
    """Our tables as they are at one moment, into `draft`, read through once; their revision. Raises Unavailable."""
    tables = [word for name in (*metadata.tables, _VERSION_TABLE) for word in ("--table", name)]
    _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={draft}", *tables], address=address)
    _run("pg_restore", [f"--file={os.devnull}", str(draft)])
    return revision_in(draft)


def revision_in(source: Path) -> str | None:
    """The revision of a dump, None when it has none. Raises Misconfigured for what is no dump, or one cut short."""
    try:
        with source.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise Misconfigured(f"{source} cannot be read: {error.strerror}") from error
    if head != _MAGIC:
        raise Misconfigured(f"{source} is no dump of PostgreSQL made by `agent-runtime db backup`; nothing was changed")
    found = _ROW.search(_read(source, ["--data-only", f"--table={_VERSION_TABLE}"]))
    return found[1] if found else None


def load(address: Address, source: Path) -> None:
    """Take our tables away and make them anew from the dump, in one transaction. Raises Unavailable."""
    # Not CASCADE: where somebody else's table refers to one of ours, that is told, and nothing is changed.
    names = [*(table.name for table in reversed(metadata.sorted_tables)), _VERSION_TABLE]
    begin = "SET lock_timeout = '10s'; " + " ".join(f'DROP TABLE IF EXISTS "{name}";' for name in names)
    with tempfile.TemporaryFile() as script:
        # The whole script first: one that is cut off would be taken for all there is.
        _run("pg_restore", ["--no-owner", "--no-privileges", "--file=-", str(source)], output=script)
        script.seek(0)
        words = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "-c", begin, "-f", "-"]
        _run("psql", words, address=address, given=script, output=subprocess.DEVNULL)


def refuse_while_used(address: Address, url: str) -> None:
    """Raises Unavailable while another process of ours is connected."""

    def other(connection: Connection) -> str | None:
        found: str | None = connection.execute(_OTHERS).scalar()
        return found

    if (name := with_connection(url, other, alone=False)) is not None:
        raise Unavailable(f"{address} is in use by process {name.removeprefix('agent-runtime-')}; stop that runtime")


def _read(source: Path, options: Sequence[str]) -> str:
    with tempfile.TemporaryFile() as output:
        try:
            _run("pg_restore", [*options, "--file=-", str(source)], output=output)
        except Unavailable as error:
            raise Misconfigured(
                f"{source} is damaged or of a newer PostgreSQL: {error}; nothing was changed"
            ) from error
        output.seek(0)
        return output.read(1_000_000).decode("utf-8", "replace")


def _run(
    program: str,
    words: Sequence[str],
    *,
    address: Address | None = None,
    given: IO[bytes] | None = None,
    output: IO[bytes] | int = subprocess.DEVNULL,
) -> None:
    """Run one of PostgreSQL's programs to its end, within an hour. Raises Unavailable with its last words."""
    binary = shutil.which(program)
    if binary is None:
        raise Unavailable(
            f"{program} is not on PATH: install PostgreSQL's client programs (Debian: apt-get install "
            "postgresql-client), of the server's version or newer"
        )
    try:
        done = subprocess.run(  # noqa: S603 - a program of the machine, words of ours
            [binary, *words],
            stdin=given or subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            env=_environment(address),
            timeout=_LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{program} has not ended within an hour and was stopped") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        reason = next((line for line in said if "error" in line.lower() or "fatal" in line.lower()), said[-1])
        raise Unavailable(f"{program} failed: {masked(reason)[:_LONGEST_REASON]}")


def _environment(address: Address | None) -> dict[str, str]:
    """What the programs are told: nothing of what the caller's shell says of other servers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if address is None:
        return kept | {"LC_ALL": "C"}
    url = address.url
    query = {name: str(value) for name, value in url.query.items()}
    told = {
        "PGHOST": query.get("host") or url.host or "",
        "PGPORT": query.get("port") or str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
        "PGSSLMODE": query.get("ssl", ""),
        "PGCONNECT_TIMEOUT": str(_CONNECT_S),
        "LC_ALL": "C",
    }
    return kept | {name: value for name, value in told.items() if value}
