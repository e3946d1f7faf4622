"""Databases for the tests: PostgreSQL beside SQLite, each migrated once and cloned for every test."""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from agent_runtime.store import schema
from agent_runtime.store.database import Database
from tests.servers.postgres_server import PostgresServer, find_binaries

_numbers = itertools.count(1)


def pytest_report_header() -> str:
    """Which PostgreSQL the tests use."""
    if os.environ.get("TEST_DATABASE_URL"):
        return "postgresql: the server of TEST_DATABASE_URL, a database of its own for every test"
    found = find_binaries()
    return f"postgresql: {found.version()} from {found.origin}, a throw-away server per test process"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server where databases may be created: TEST_DATABASE_URL, else one started for this process."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = PostgresServer(find_binaries())
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated database to clone."""
    name = _new_name()
    administer(postgres_url, f"CREATE DATABASE {name}")
    try:
        schema.upgrade(with_database(postgres_url, name))
        yield name
    finally:
        administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes a migrated database of the test's own, of the kind asked for, and returns its URL."""
    with ExitStack() as stack:

        def make(kind: str) -> str:
            if kind == "sqlite":
                path = tmp_path / "store" / f"{next(_numbers)}.db"
                path.parent.mkdir(mode=0o700, exist_ok=True)
                shutil.copy(request.getfixturevalue("sqlite_template"), path)
                return f"sqlite:///{path}"
            server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template")
            name = _new_name()
            administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
            stack.callback(administer, server, f"DROP DATABASE {name} WITH (FORCE)")
            return with_database(server, name)

        yield make


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own with nothing in it."""
    name = _new_name()
    administer(postgres_url, f"CREATE DATABASE {name}")
    yield with_database(postgres_url, name)
    administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, migrated_url: Callable[[str], str]) -> str:
    """A migrated database of the test's own, once for each kind."""
    return migrated_url(request.param)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, connected."""
    async with Database(database_url) as connected:
        yield connected


def administer(url: str, command: str) -> None:
    """Run one command outside a transaction, whatever loop may be running."""

    async def run() -> None:
        connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
        try:
            await connection.execute(command)
        finally:
            await connection.close(timeout=10)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return make_url(url).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def _new_name() -> str:
    return f"agent_runtime_test_{os.getpid()}_{next(_numbers)}"
