"""The SQLite file itself: made private, looked at before it is touched, never overwritten."""

import os
from pathlib import Path

from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.store.folder import make_private

MAGIC = b"SQLite format 3\0"


def has_database(path: Path) -> bool:
    """Whether there is a database to read; raises Misconfigured when something else lies there, Unavailable
    when it cannot be looked at. An empty file is a database that has not begun."""
    try:
        if path.is_dir():
            raise Misconfigured(f"sqlite:///{path} is a folder; name a file in it")
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Unavailable(f"sqlite:///{path} cannot be read ({error.strerror}); check its owner and mode") from error
    if magic not in {b"", MAGIC}:
        raise Misconfigured(
            f"sqlite:///{path} is not a SQLite database or is damaged, and was left as it is; "
            "restore a backup to that place, or name another file"
        )
    return magic == MAGIC


def create_private(path: Path) -> None:
    """Make the file (mode 0600) and its folder (0700) unless they exist. Raises Unavailable."""
    try:
        make_private(path.parent)
        # Before SQLite does it: its own files would be readable for everyone the umask lets in.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise Unavailable(
            f"sqlite:///{path} cannot be created ({error.strerror}); check that {path.parent} may be written"
        ) from error
