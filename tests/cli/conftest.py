"""A running runtime for the commands that talk to one."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.process.http import Client, client_of
from tests.process.runtime import RuntimeProcess, pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    started = RuntimeProcess(tmp_path_factory.mktemp("cli") / "data", "narration.speed=max")
    try:
        yield started.start()
    finally:
        started.kill()


@pytest.fixture
async def client(runtime: RuntimeProcess) -> AsyncIterator[Client]:
    async with client_of(runtime.url) as client:
        yield client
