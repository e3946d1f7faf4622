"""One runtime for the tests of a file, and a client for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.process.http import Client, client_of
from tests.process.runtime import RuntimeProcess, pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]


@pytest.fixture(scope="module")
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    """A runtime with the SETTINGS of the file, if it has any."""
    settings = getattr(request.module, "SETTINGS", ())
    started = RuntimeProcess(tmp_path_factory.mktemp("runtime") / "data", *settings)
    try:
        yield started.start()
    finally:
        started.kill()


@pytest.fixture
async def client(runtime: RuntimeProcess) -> AsyncIterator[Client]:
    async with client_of(runtime.url) as client:
        yield client
