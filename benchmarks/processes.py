"""The processes that are measured: started from exec to `ready`, watched through /proc, and always stopped."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_READY_WITHIN_S = 60.0
_STOP_WITHIN_S = 30.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """A running process: the word after `ready`, and how long that took from exec."""

    pid: int
    url: str
    ready_s: float

    def cpu_s(self) -> float:
        """CPU seconds it has used so far, its children left out."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def on_core_s(self) -> float:
        """The same to the nanosecond, of the threads there are now: what ended is left out."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9

    def rss_mb(self) -> float:
        """Resident memory now, with that of its children, in MB."""
        return sum(_rss_mb(pid) for pid in (self.pid, *_children(self.pid)))


@asynccontextmanager
async def runtime(data_dir: Path, *settings: str) -> AsyncIterator[Measured]:
    """The runtime as users start it, with default settings but `settings` (KEY=VALUE), its data in `data_dir`."""
    sets = [f"characters_dir={ROOT / 'characters'}", f"data_dir={data_dir}", "log.level=error", *settings]
    flags = [part for each in sets for part in ("--set", each)]
    async with python("-m", "agent_runtime", "run", "--port", "0", *flags, folder=data_dir.parent) as process:
        yield process


@asynccontextmanager
async def python(*arguments: str, folder: Path) -> AsyncIterator[Measured]:
    """`python ARGUMENTS` in `folder`, once it has printed `ready URL`; ended with SIGTERM afterwards."""
    began = time.perf_counter()
    process = await _spawned(arguments, folder)
    try:
        async with asyncio.timeout(_READY_WITHIN_S):
            line = await _output(process).readline()
        word, _, url = line.decode().strip().partition(" ")
        if word != "ready":
            raise RuntimeError(f"python {' '.join(arguments)} did not start: it said {line!r}")
        yield Measured(process.pid, url, time.perf_counter() - began)
    finally:
        await _stop(process)


async def finished(*arguments: str, folder: Path) -> str:
    """What `python ARGUMENTS` prints until it ends."""
    process = await _spawned(arguments, folder)
    try:
        async with asyncio.timeout(_READY_WITHIN_S):
            printed = await _output(process).read()
            code = await process.wait()
    finally:
        await _stop(process)
    if code:
        raise RuntimeError(f"python {' '.join(arguments)} ended with {code}: it said {printed!r}")
    return printed.decode()


async def _spawned(arguments: Sequence[str], folder: Path) -> asyncio.subprocess.Process:
    """In a folder without .env and config.yaml, and without settings of whoever measures."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_RUNTIME_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env={**own, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )


def _output(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise RuntimeError("its output is not a pipe")
    return process.stdout


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in threads for child in each.read_text().split()]


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))
