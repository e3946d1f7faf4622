"""Keys by name, hashed in a file of the data folder: made and revoked by a command, read by whoever opens the door."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agent_runtime.core.errors import Misconfigured, Refused, Unavailable

KEY_FILE = "keys.json"
SCOPES = ("chat", "read", "operate", "admin", "overlay")
Scope = Literal["anyone", "chat", "read", "operate", "admin", "overlay"]
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}", re.ASCII)
_PREFIX = "sk-ar-"  # what looks for keys that leaked knows them by their beginning, and so do clients of OpenAI's
_LONGEST_FILE = 1024 * 1024
_MOST = 1000


class NamedKey(BaseModel):
    """What is kept of a key: never the key itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(pattern=_NAME)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    scopes: Annotated[tuple[Literal["chat", "read", "operate", "admin", "overlay"], ...], Field(min_length=1)]
    created_at: datetime


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    keys: Annotated[tuple[NamedKey, ...], Field(max_length=_MOST)] = ()


def digest_of(key: bytes) -> bytes:
    """What a key is known by.

    A plain hash is enough: 256 random bits cannot be guessed however fast the hash is, so there is nothing that salt
    or a slow hash would keep from anybody. That would be another matter for what people make up themselves.
    """
    return sha256(key).digest()


def made(name: str, scopes: tuple[str, ...], now: datetime) -> tuple[str, NamedKey]:
    """A new key and what is kept of it. Raises Misconfigured for a name or scopes that are none."""
    if not _NAME.fullmatch(name):
        raise Misconfigured(
            f"{name!r} is no name for a key: up to 60 of a-z 0-9 . _ - beginning with a letter or a digit"
        )
    unknown = [each for each in scopes if each not in SCOPES]
    if unknown or not scopes:
        raise Misconfigured(
            f"there is no scope {', '.join(map(repr, unknown)) or '(none was given)'}: {', '.join(SCOPES)}"
        )
    key = _PREFIX + secrets.token_urlsafe(32)
    ordered = [each for each in SCOPES if each in scopes]
    kept = {"name": name, "sha256": digest_of(key.encode()).hex(), "scopes": ordered, "created_at": now}
    return key, NamedKey.model_validate(kept)


def read_keys(file: Path) -> tuple[NamedKey, ...] | None:
    """Every key in the file, None where there is no file. Raises Misconfigured for one that cannot be read."""
    try:
        with open(file, "rb", opener=_at_once) as stream:
            if not S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise Misconfigured(f"{file} cannot be read: it is no file")
            raw = stream.read(_LONGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}") from error
    try:
        return _Content.model_validate_json(raw[:_LONGEST_FILE]).keys
    except ValidationError:
        # Not chained: pydantic's error quotes the file.
        raise Misconfigured(
            f"{file} is not a file of keys; restore it, or move it away and make the keys anew"
        ) from None


def _at_once(path: str, flags: int) -> int:
    """Opened without waiting: somebody's pipe in its place would hold up everything."""
    return os.open(path, flags | os.O_NONBLOCK)


class KeyFile:
    """The file as a command changes it: one change at a time, in one step, readable by its owner only."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def add(self, key: NamedKey) -> None:
        """Raises Refused when the name is taken, Misconfigured, Unavailable."""
        with self._held():
            keys = read_keys(self.file) or ()
            if any(each.name == key.name for each in keys):
                raise Refused(f"there is a key {key.name!r} already; revoke it first, or take another name")
            if len(keys) >= _MOST:
                raise Refused(f"there are {_MOST} keys, as many as may be; revoke one first")
            self._write((*keys, key))

    def remove(self, name: str) -> None:
        """Raises Refused when there is no such key, Misconfigured, Unavailable."""
        with self._held():
            keys = read_keys(self.file) or ()
            kept = tuple(each for each in keys if each.name != name)
            if len(kept) == len(keys):
                there = ", ".join(each.name for each in keys)
                raise Refused(f"there is no key {name!r}" + (f"; there are: {there}" if there else ""))
            self._write(kept)  # an empty file stays: whoever had a key is still asked for one

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Alone with the file: two commands at once would each forget what the other did."""
        lock = self.file.with_suffix(".lock")
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(f"{lock} cannot be opened: {error.strerror}; set AGENT_RUNTIME__DATA_DIR") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # held for the moment of a change
            yield
        finally:
            os.close(descriptor)

    def _write(self, keys: tuple[NamedKey, ...]) -> None:
        fresh = self.file.with_name(f".{self.file.name}.{uuid4().hex}")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(_Content(keys=keys).model_dump_json(indent=2).encode() + b"\n")
                stream.flush()
                os.fsync(descriptor)
            fresh.replace(self.file)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise Unavailable(f"{self.file} cannot be written: {error.strerror}") from error
