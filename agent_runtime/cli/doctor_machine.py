"""What `doctor` looks at on this machine: Python, clock, data folder, characters, port and keys."""

import errno
import os
import platform
import shutil
import socket
import sqlite3
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from agent_runtime.characters.loading import load_folder
from agent_runtime.cli.db_health import LEAST_FREE_BYTES, note_on_sqlite
from agent_runtime.cli.doctor_checks import Check, bounded, fail, failures, ok, warn
from agent_runtime.config import Settings
from agent_runtime.core import errors
from agent_runtime.core.clock import iso, utc
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.version import VERSION
from agent_runtime.store.folder import DataFolder, Occupant
from agent_runtime.web.keys import KEY_FILE, read_keys

_LIBRARIES = ("aiohttp", "pydantic", "sqlalchemy", "alembic", "aiosqlite", "asyncpg", "redis")
_FASTER = ("uvloop", "hiredis")
_SCARCE_BYTES = 2 * 1024**3
_DAY_S = 86_400.0
_LAST_GOOD_YEAR = 2100


def python() -> list[Check]:
    """The interpreter and the libraries that matter."""
    known = {name: _version(name) for name in (*_LIBRARIES, *_FASTER)}
    there = ", ".join(f"{name} {number}" for name, number in known.items() if number)
    checks = [ok("python", f"agent-runtime {VERSION}, Python {platform.python_version()}, {there}")]
    if missing := [name for name in _LIBRARIES if not known[name]]:
        checks.append(fail("python", f"not installed: {', '.join(missing)}", "install the package with what it needs"))
    if slower := [name for name in _FASTER if not known[name]]:
        checks.append(
            warn("python", f"without {' and '.join(slower)}", "it is faster with: pip install 'agent-runtime[fast]'")
        )
    if note := note_on_sqlite():
        checks.append(warn("sqlite", note, "a Python with a newer SQLite"))
    else:
        checks.append(ok("sqlite", sqlite3.sqlite_version))
    return checks


def clock() -> list[Check]:
    """Whether the time can be right: not before this code was written, not in another century."""
    now = time.time()
    written = Path(errors.__file__).stat().st_mtime
    hint = "set the clock: moods fade and auctions end by it"
    if now + _DAY_S < written:
        return [fail("clock", f"it says {iso(utc(now))}, and this code was written {iso(utc(written))}", hint)]
    if time.gmtime(now).tm_year >= _LAST_GOOD_YEAR:
        return [fail("clock", f"it says {iso(utc(now))}", hint)]
    return [ok("clock", f"{iso(utc(now))}, time zone here {time.tzname[0]}")]


def data_folder(settings: Settings) -> list[Check]:
    """Whether it may be written, by us alone, and for how long yet."""
    folder = settings.data_dir
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    if not there.is_dir():
        return [fail("data folder", f"{there} is no folder", "move it away, or set data_dir", is_away=True)]
    if not os.access(there, os.W_OK | os.X_OK):
        return [
            fail(
                "data folder", f"{there} may not be written", "check its owner and mode, or set data_dir", is_away=True
            )
        ]
    free = shutil.disk_usage(there).free
    text = f"{folder}, {free / 1024**3:,.1f} GB free" + ("" if there == folder else "; it will be made")
    if free < LEAST_FREE_BYTES:
        return [fail("data folder", text, "make room: without it nothing can be kept")]
    if there == folder and folder.stat().st_mode & 0o077:
        return [warn("data folder", f"{text}; others on this machine may look into it", f"chmod 700 {folder}")]
    return [(ok if free >= _SCARCE_BYTES else warn)("data folder", text)]


def characters(settings: Settings) -> list[Check]:
    """Every mistake in a character file with its place, and whether those chosen to run are there."""
    try:
        roster = load_folder(settings.characters_dir)
    except RuntimeFault as fault:
        return failures("characters", fault)
    name = "characters"
    if not roster.files:
        return [fail(name, f"none in {settings.characters_dir}", "put a YAML file there, or set characters_dir")]
    hosts = [slug for slug, character in roster.characters.items() if character.hosts.is_host]
    chosen = hosts if settings.agents is None else settings.agents
    checks = [
        fail(name, f"{each.file}:{each.line}:{each.column}: {each.message}", each.hint) for each in roster.findings
    ]
    checks = bounded(name, checks, "all of them: agent-runtime check")
    if unknown := [slug for slug in chosen if slug not in roster.characters]:
        checks.append(fail(name, f"agents names {', '.join(unknown)}, and no good file has that slug"))
    running = f"; to run: {', '.join(chosen)}" if chosen else "; none of them hosts anything"
    checks.append(ok(name, f"{len(roster.characters)} good ones in {settings.characters_dir}{running}"))
    return checks


def occupant_of(settings: Settings) -> Occupant | None:
    """The runtime that holds the data folder."""
    return DataFolder(settings.data_dir).occupant()


def port(settings: Settings, occupant: Occupant | None) -> list[Check]:
    """Whether it is free, or already ours."""
    host, number = settings.http.host, settings.http.port
    if occupant is not None:
        ours = f"a runtime of this data folder answers at {occupant.url} (process {occupant.pid})"
        if number in {0, urlsplit(occupant.url).port}:
            return [ok("port", ours)]
        return [warn("port", f"{ours}, not at the configured port {number}", "it was started with another setting")]
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        hint = "stop what listens there, or set http.port" if taken else "check http.host and http.port"
        return [fail("port", f"{host}:{number}: {error.strerror}", hint, is_away=taken)]
    return [ok("port", f"{host}:{number} is free" if number else f"{host}, any free one")]


def keys(settings: Settings) -> list[Check]:
    """Whether an API key is set, never which, and whether one is needed."""
    http = settings.http
    has_key = getattr(http, "api_key", None) is not None or getattr(http, "api_key_file", None) is not None
    try:
        named = "" if read_keys(settings.data_dir / KEY_FILE) is None else f"; keys with names are in {KEY_FILE}"
    except RuntimeFault as fault:
        return failures("keys", fault)
    if has_key or named:
        return [ok("keys", ("http.api_key is set" if has_key else "http.api_key is not set") + named)]
    if _is_loopback(http.host):
        return [ok("keys", f"none, and none is needed: only this machine reaches {http.host}")]
    return [
        fail("keys", f"{http.host} can be reached by others and there is no key", "set AGENT_RUNTIME__HTTP__API_KEY")
    ]


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith(("127.", "::ffff:127."))


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
