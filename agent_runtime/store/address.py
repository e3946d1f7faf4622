"""Database addresses as people write them, made exact, and how to name them without their password."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from agent_runtime.core.errors import Misconfigured

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\+([A-Za-z0-9_]+))?:(.*)", re.DOTALL)
_PASSWORD = re.compile(r"(?P<before>//[^:/@\s]*:)\S*(?=@)|(?P<option>password=)[^&\s]*")
_SQLITE, _POSTGRESQL = "sqlite", "postgresql"
_DRIVERS = {_SQLITE: "aiosqlite", _POSTGRESQL: "asyncpg"}
_OPTIONS = {"ssl", "sslmode", "host", "port", "prepared_statement_cache_size"}
_EXAMPLES = "sqlite:///path/to/file.db or postgresql://user:password@host/database"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is. `url` is for the driver; `path` is set for SQLite; `str()` masks the password."""

    kind: Literal["sqlite", "postgresql"]
    url: URL
    path: Path | None = None

    def __str__(self) -> str:
        """The address as it may be shown and logged."""
        return f"sqlite:///{self.path}" if self.path else self.url.set(drivername=_POSTGRESQL).render_as_string()


def masked(text: str) -> str:
    """`text` with `***` for whatever looks like the password of an address."""
    return _PASSWORD.sub(lambda match: (match["before"] or match["option"]) + "***", text)


def parse_address(text: str) -> Address:
    """The address in `text`. Raises Misconfigured, which says what to write instead."""
    match = _SCHEME.fullmatch(text.strip())
    if match is None:
        raise Misconfigured(f"{masked(text)!r} is not a database URL; write {_EXAMPLES}")
    kind = "postgresql" if match[1] == "postgres" else match[1]
    if kind not in _DRIVERS:
        raise Misconfigured(f"{masked(text)!r}: {_unknown_kind(kind)}")
    if match[2] not in {None, _DRIVERS[kind]}:
        raise Misconfigured(
            f"{masked(text)!r} names the driver {match[2]!r}; write {kind}:// (the runtime brings its own driver)"
        )
    if not match[3].startswith("//"):
        raise Misconfigured(f"{masked(text)!r} lacks the two slashes after the colon; write {_EXAMPLES}")
    return _sqlite(text, match[3]) if kind == _SQLITE else _postgresql(text, match[3])


def _unknown_kind(kind: str) -> str:
    close = get_close_matches(kind.lower(), _DRIVERS, n=1, cutoff=0.6)
    if close:
        return f"{kind!r} is no database this runtime knows; did you mean {close[0]}://?"
    return f"{kind!r} is not supported; write {_EXAMPLES}"


def _sqlite(text: str, rest: str) -> Address:
    """`rest` is `///relative/path` or `////absolute/path`."""
    name = rest[3:]
    if not rest.startswith("///"):
        if rest == "//":
            raise Misconfigured(
                "'sqlite://' would keep everything in memory and lose it; write sqlite:///path/to/file.db"
            )
        raise Misconfigured(f"{text!r} has two slashes where SQLite needs three; write sqlite:///{rest[2:]}")
    if not name or ":memory:" in name or name.startswith("file:"):
        raise Misconfigured(f"{text!r} would keep everything in memory and lose it; write sqlite:///path/to/file.db")
    if "?" in name or "\0" in name or name.endswith("/"):
        raise Misconfigured(f"{text!r} must end with the name of a file, without options")
    path = Path(name).absolute()
    return Address("sqlite", URL.create("sqlite+aiosqlite", database=str(path)), path)


def _postgresql(text: str, rest: str) -> Address:
    try:
        url = make_url(f"postgresql+asyncpg:{rest}")
    except (ArgumentError, ValueError):
        url = None
    # An @ in the name is the rest of a password with an unescaped slash. Raised outside `except`: the library's own
    # message repeats the address, password and all.
    if url is None or "@" in (url.database or ""):
        raise Misconfigured(f"{masked(text)!r} cannot be read; write {_EXAMPLES} (escape @ : / % in passwords)")
    if not url.database:
        raise Misconfigured(f"{masked(text)!r} does not name a database; write {_EXAMPLES}")
    unknown = sorted(set(url.query) - _OPTIONS)
    if unknown:
        raise Misconfigured(
            f"{masked(text)!r} has an unknown option {unknown[0]!r}; known are {', '.join(sorted(_OPTIONS))}"
        )
    if "sslmode" in url.query:
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return Address("postgresql", url)
