"""Who asks, and what for: the key of a request, and the scopes it has."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from aiohttp import web

from agent_runtime.core.errors import Misconfigured
from agent_runtime.web.keys import SCOPES, Scope, digest_of, read_keys

ANYONE: tuple[Scope, ...] = ("anyone",)
CHAT: tuple[Scope, ...] = ("chat",)
READ: tuple[Scope, ...] = ("read",)
CHAT_OR_READ: tuple[Scope, ...] = ("chat", "read")
ANY_WORK: tuple[Scope, ...] = ("chat", "read", "operate")
OPERATE: tuple[Scope, ...] = ("operate",)
ADMIN: tuple[Scope, ...] = ("admin",)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `name` is the key's, empty for the key of the settings and where none is needed."""

    name: str
    scopes: frozenset[str]
    digest: bytes = field(default=b"", repr=False)

    @property
    def owner(self) -> str | None:
        """Whose the sessions are that it begins; None: nobody's but the operator's."""
        return self.name or None

    @property
    def may_write(self) -> bool:
        """Whether what it makes with the author may become a character's file."""
        return "admin" in self.scopes

    @property
    def only_of(self) -> str | None:
        """Whose sessions it may see; None: everybody's."""
        return self.name if self.scopes.isdisjoint(("read", "admin")) else None

    @property
    def changes_only_of(self) -> str | None:
        """In whose sessions it may talk; None: in everybody's. To see one is not to talk in it."""
        return None if "admin" in self.scopes else self.name


_ALL = frozenset({"anyone", *SCOPES})
LOCAL = Caller("", _ALL)
NOBODY = Caller("", frozenset(ANYONE))
CALLER = web.RequestKey("caller", Caller)


def caller_of(request: web.Request) -> Caller:
    """Who sent a request that was let in."""
    return request[CALLER]


class Access:
    """Which keys open what. Without any key everybody who can connect may do everything.

    `key` is the one of the settings. `file` holds the others: `look` takes its changes over. Once a key was asked for,
    one is asked for until the process ends: a file that is lost opens nothing.
    """

    def __init__(self, key: bytes | None = None, file: Path | None = None) -> None:
        """Raises Misconfigured where the file cannot be read."""
        main = [] if key is None else [Caller("", _ALL, digest_of(key))]
        self._main: Mapping[bytes, Caller] = {each.digest: each for each in main}
        self._known: dict[bytes, Caller] = {**self._main}
        self._file = file
        self._seen: tuple[int, ...] | None = None
        self.is_required = key is not None
        if file is not None:
            self._seen = _version(file)
            self._read(file)

    def caller(self, token: bytes) -> Caller | None:
        """Whose key it is. Looked up by its hash: how long that takes tells nothing of a key to one who guesses."""
        digest = digest_of(token)
        found = self._known.get(digest)
        return found if found is not None and hmac.compare_digest(found.digest, digest) else None

    def holds(self, caller: Caller) -> bool:
        """Whether it could come again."""
        return not self.is_required or self._known.get(caller.digest) == caller

    def look(self) -> bool:
        """Take over what has changed in the file; whether anything has. One `stat` where nothing has."""
        if self._file is None or (version := _version(self._file)) == self._seen:
            return False
        self._seen = version
        try:
            self._read(self._file)
        except Misconfigured as fault:
            self._known, self.is_required = {**self._main}, True
            _log.error("no named key opens anything until this is mended", reason=str(fault))
        return True

    def _read(self, file: Path) -> None:
        keys = read_keys(file)
        self.is_required = self.is_required or keys is not None
        self._known = {**self._main}
        for key in keys or ():
            scopes = _ALL if "admin" in key.scopes else frozenset({"anyone", *key.scopes})
            digest = bytes.fromhex(key.sha256)
            self._known.setdefault(digest, Caller(key.name, scopes, digest))


def _version(file: Path) -> tuple[int, ...] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
