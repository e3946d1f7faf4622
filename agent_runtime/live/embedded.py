"""A real Valkey server of our own, as a child process on loopback, for machines without Redis."""

import asyncio
import signal
from pathlib import Path
from typing import IO

from redis.asyncio import Redis

from agent_runtime.core.errors import Unavailable
from agent_runtime.live.binary import arguments, dies_with_parent, free_port, server_binary
from agent_runtime.live.connection import FAILURES, commands_client

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_PORT_TRIES = 5
_LOG_LIMIT_BYTES = 1024 * 1024


class EmbeddedValkey:
    """A server of this process. One at a time may use a data folder; the folder is readable by its owner only.

    What it holds survives `stop`, a crash of the server and SIGKILL. It dies with this process.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "valkey"
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where it answers, once started. Usually the same after a restart: the old port is tried first."""
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def start(self) -> str:
        """Start it and wait until it answers; returns the URL. Starting what runs changes nothing.

        Raises Unavailable when it does not answer within 30 s, with its last words.
        """
        if self.pid is not None:
            return self.url
        binary = server_binary()
        log = self._folder / "valkey.log"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            for port in [self._port or free_port(), *(free_port() for _ in range(_PORT_TRIES - 1))]:
                if await self._start_on(binary, port, log):
                    return self.url
                if "listening" not in _last_words(log):
                    break  # another port would not help
        except OSError as error:
            raise Unavailable(f"{binary} cannot be started in {self._folder}: {error}") from error
        raise Unavailable(
            f"the embedded Redis ({binary}) does not start; it said: {_last_words(log)!r}. The whole log is in {log}; "
            f"if its data are damaged, move {self._folder} away: what is live is built up again"
        )

    async def wait(self) -> int:
        """Wait until it has ended, by itself or by `stop`; returns its exit code, negative for a signal."""
        if self._process is None:
            raise Unavailable("the embedded Redis has not been started")
        return await self._process.wait()

    async def stop(self) -> None:
        """Let it finish writing and end, within 5 s; then kill it. Stopping what does not run changes nothing."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            await _kill(process)

    async def _start_on(self, binary: Path, port: int, log: Path) -> bool:
        with _opened(log) as output:
            process = await asyncio.create_subprocess_exec(
                binary,
                *arguments(self._folder, port),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=dies_with_parent(),
            )
        answers = False
        try:
            answers = await _answers(process, port)
        finally:
            if not answers:
                await _kill(process)
        if answers:
            self._process, self._port = process, port
        return answers


async def _answers(process: asyncio.subprocess.Process, port: int) -> bool:
    """Whether the process itself, and not another server on its port, comes to answer commands."""
    client = commands_client(f"redis://127.0.0.1:{port}/0")
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    try:
        while process.returncode is None and asyncio.get_running_loop().time() < deadline:
            if await _is_ready(client, process.pid):
                return True
            await asyncio.sleep(0.01)
    finally:
        await client.aclose()
    return False


async def _is_ready(client: Redis, pid: int) -> bool:
    try:
        facts = await client.info("server")
        return facts["process_id"] == pid and bool(await client.ping())
    except FAILURES:
        return False  # not listening yet, or still loading


async def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    async with asyncio.timeout(_STOP_SECONDS):
        await process.wait()


def _opened(log: Path) -> IO[bytes]:
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.unlink()
    return log.open("ab")


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return " / ".join(line.strip()[-200:] for line in lines[-3:])
