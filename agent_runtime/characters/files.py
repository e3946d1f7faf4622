"""Opening a character file safely: regular files inside their folder, of a bounded size, and nothing that hangs."""

import os
import stat
from pathlib import Path

from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.strict_yaml import MAX_BYTES

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """At most `limit` bytes of the regular file at `path`, and one more where it has grown since it was looked at.

    A link is followed where it leads to a file in the same folder or below it. Raises InvalidFile with the
    reason for folders, pipes, sockets, devices, links that lead elsewhere, and what cannot be read.
    """
    try:
        return _read(_inside_its_folder(path), path, limit)
    except OSError as error:
        raise refused(path, f"the file cannot be read: {error.strerror or error}") from error
    except (RuntimeError, ValueError) as error:  # a loop of links; NUL or half a character in the name
        raise refused(path, "the file cannot be read: no such path") from error


def refused(path: Path | str, message: str, hint: str = "") -> InvalidFile:
    """The refusal of a whole file."""
    return InvalidFile((Finding(str(path), 1, 1, message, hint),))


def _inside_its_folder(path: Path) -> Path:
    if not path.is_symlink():
        return path
    folder, target = path.parent.resolve(strict=True), path.resolve(strict=True)
    if not target.is_relative_to(folder):
        raise refused(path, "the file is a link that leads out of its folder", "copy the file here")
    return target


def _read(target: Path, path: Path, limit: int) -> bytes:
    descriptor = os.open(target, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise refused(path, "this is not a regular file")
        if status.st_size > limit:
            raise refused(path, f"the file is larger than {limit // 1024} KB")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)  # one more than allowed: a file that has grown since is noticed
    finally:
        os.close(descriptor)
