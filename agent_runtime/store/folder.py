"""The data folder: held by one runtime at a time, which leaves its address there for commands to find."""

import fcntl
import os
import re
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from agent_runtime.core.errors import Unavailable

_IDENTITY = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_TRIES = 10
_PAUSE_S = 0.02


class Occupant(BaseModel):
    """Who holds a data folder, and where it answers once it does."""

    model_config = ConfigDict(frozen=True)

    pid: int
    url: str = ""
    redis_url: str = ""


class DataFolder:
    """A folder only one process may use at a time; the hold ends with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = path / "runtime.lock"
        self._held: int | None = None

    def __enter__(self) -> Self:
        """Hold it. Raises Unavailable when another process does, naming it, or when it cannot be written."""
        try:
            make_private(self.path)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(
                f"the data folder {self.path} cannot be used: {error.strerror}; set AGENT_RUNTIME__DATA_DIR to another"
            ) from error
        if not _is_locked(descriptor):
            os.close(descriptor)
            occupant = self._read()
            who = f"process {occupant.pid}" if occupant else "another process"
            raise Unavailable(
                f"the data folder {self.path} is in use by {who}; stop it, or set another with AGENT_RUNTIME__DATA_DIR"
            )
        self._held = descriptor
        self.announce("", "")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let it go."""
        if self._held is not None:
            os.ftruncate(self._held, 0)
            os.close(self._held)
            self._held = None

    def announce(self, url: str, redis_url: str) -> None:
        """Leave word where this runtime answers. The file is readable by its owner only."""
        if self._held is None:
            raise RuntimeError("announce() needs a folder that is held")
        word = Occupant(pid=os.getpid(), url=url, redis_url=redis_url).model_dump_json().encode()
        os.ftruncate(self._held, 0)
        os.pwrite(self._held, word, 0)

    def identity(self) -> str:
        """Who this folder's runtime is, in every life of it: what a crash left is known as its own at the next start.

        Raises Unavailable when it cannot be written.
        """
        path = self.path / "runtime.id"
        try:
            known = path.read_text(encoding="ascii").strip() if path.exists() else ""
            if not _IDENTITY.fullmatch(known):
                known = str(uuid4())
                path.touch(mode=0o600)
                path.write_text(known + "\n", encoding="ascii")
        except (OSError, ValueError) as error:
            raise Unavailable(f"{path} cannot be read or written: {error}") from error
        return known

    def occupant(self) -> Occupant | None:
        """The runtime that holds the folder now and has said where it answers, if there is one."""
        if self._announced() is None:
            return None
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return self._announced()
        finally:
            os.close(descriptor)
        return None

    def _announced(self) -> Occupant | None:
        occupant = self._read()
        return occupant if occupant and occupant.url else None

    def _read(self) -> Occupant | None:
        try:
            return Occupant.model_validate_json(self._lock.read_bytes()[:4096])
        except (OSError, ValidationError):
            return None


def make_private(folder: Path) -> None:
    """Make it, and what is missing on the way to it, readable by its owner only. Raises OSError."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)


def _is_locked(descriptor: int) -> bool:
    """Whether it is ours now. One that merely looks who is there has it for a moment, too."""
    for attempt in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_PAUSE_S if attempt < _TRIES - 1 else 0)
        else:
            return True
    return False
