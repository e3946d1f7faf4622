"""A chat turn over HTTP on PostgreSQL (fsync and synchronous_commit on), against the same floor on SQLite."""

from pathlib import Path

from benchmarks.figures import Effort, Figure
from benchmarks.load import Surface
from benchmarks.processes import finished, runtime
from benchmarks.turn import against_the_floor
from tests.servers.postgres_server import PostgresServer, find_binaries

_SURFACES: tuple[Surface, ...] = ("api", "api-stream")


async def measure(effort: Effort, folder: Path) -> list[Figure]:
    """On a throw-away server of the binaries that the tests use, its files on a disk."""
    server = PostgresServer(find_binaries(), is_durable=True)
    server.start()
    try:
        url = f"database.url={server.url}"
        await finished("-m", "agent_runtime", "db", "upgrade", "--set", url, folder=folder)
        async with runtime(folder / "postgres", url) as ours:
            return await against_the_floor("postgres", ours, _SURFACES, effort, folder)
    finally:
        server.stop()
