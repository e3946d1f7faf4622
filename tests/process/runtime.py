"""A runtime in a process of its own: started, waited for with a bound, stopped, killed; its log is shown on failure."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Self

import pytest

from agent_runtime.live.binary import dies_with_parent
from agent_runtime.store.folder import DataFolder, Occupant

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 30.0
STOPPED_WITHIN_S = 30.0
_alive: set["RuntimeProcess"] = set()


class RuntimeProcess:
    """`python -m agent_runtime run` on a data folder: started as often as one likes, never left behind."""

    def __init__(self, folder: Path, *settings: str, environ: dict[str, str] | None = None) -> None:
        self.folder = folder
        self._settings = settings
        self._environ = environ or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def start(self) -> Self:
        """Start it and wait until it is ready."""
        self.spawn()
        wait_until(lambda: self.said.endswith("\n") or not self.is_alive, READY_WITHIN_S, self.report)
        if not self.said.startswith("ready "):
            raise AssertionError(f"the runtime did not start\n{self.report()}")
        return self

    def spawn(self) -> None:
        """Start it and wait for nothing."""
        self._starts += 1
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._output("out").open("wb") as out, self._output("err").open("wb") as err:
            self._process = subprocess.Popen(
                [*MODULE, "run", "--data-dir", self.folder, *_as_options(("http.port=0", *self._settings))],
                cwd=ROOT,
                env=environment(self._environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509  one call, prepared before the fork
            )
        _alive.add(self)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not started"
        return self._process

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def said(self) -> str:
        """What it wrote on standard output since its last start."""
        return self._output("out").read_text()

    @property
    def log(self) -> str:
        """What it wrote on standard error since its last start."""
        return self._output("err").read_text()

    @property
    def url(self) -> str:
        return self.said.removeprefix("ready ").strip()

    @property
    def occupant(self) -> Occupant:
        """What it says of itself in its data folder."""
        found = DataFolder(self.folder).occupant()
        assert found is not None, "nobody holds the data folder"
        return found

    @property
    def redis_url(self) -> str:
        return self.occupant.redis_url

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, within_s: float = STOPPED_WITHIN_S) -> int:
        """Its exit code; fails when it does not end in time."""
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still there after {within_s} s\n{self.report()}") from None
        finally:
            _alive.discard(self)

    def stop(self, within_s: float = STOPPED_WITHIN_S) -> int:
        """SIGTERM, and its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(within_s)

    def kill(self) -> None:
        """SIGKILL, and gone; without complaint if it was gone before."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOPPED_WITHIN_S)
        _alive.discard(self)

    def report(self) -> str:
        """Everything it said, for a person who wonders why."""
        return f"--- standard output ---\n{self.said}\n--- standard error ---\n{self.log[-20_000:]}"

    def _output(self, name: str) -> Path:
        return self.folder.with_name(f"{self.folder.name}.{self._starts}.{name}")


MODULE = (sys.executable, "-m", "agent_runtime")


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without settings of the runtime or a terminal's size, and `more`.

    Modules are compiled only once.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_RUNTIME__")}
    for name in ("PYTHONDONTWRITEBYTECODE", "COLUMNS", "LINES"):
        kept.pop(name, None)
    return kept | (more or {})


def command(
    *arguments: str | Path,
    environ: dict[str, str] | None = None,
    stdin: bytes = b"",
    within_s: float = 60.0,
    cwd: Path = ROOT,
) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m agent_runtime` with arguments to its end."""
    return subprocess.run(
        [*MODULE, *arguments],
        cwd=cwd,
        env=environment({"PYTHONPATH": str(ROOT), **(environ or {})}),
        input=stdin,
        capture_output=True,
        timeout=within_s,
        check=False,
    )


def wait_until(is_so: Callable[[], bool], within_s: float, report: Callable[[], str] = lambda: "") -> None:
    """Look until it is so; fails after `within_s`."""
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {within_s} s\n{report()}")
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether a process lives; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the log of every runtime that is alive to the report of a test that failed."""
    report = yield
    if report.failed:
        report.sections += [(f"runtime on {each.folder}", each.report()) for each in _alive]
    return report


def _as_options(settings: Sequence[str]) -> list[str]:
    return [part for setting in settings for part in ("--set", setting)]
