"""One runtime for the tests of a file, and a client for each test."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.process.http import Client, client_of
from tests.process.model import Model, runtime_with_model
from tests.process.runtime import ROOT, RuntimeProcess, pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]


@pytest.fixture(scope="module")
def runtime(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    """A runtime with the SETTINGS of the file, if it has any, and characters of its own: requests may change them."""
    settings = getattr(request.module, "SETTINGS", ())
    folder = tmp_path_factory.mktemp("runtime")
    shutil.copytree(ROOT / "characters", folder / "characters")
    started = RuntimeProcess(folder / "data", f"characters_dir={folder / 'characters'}", *settings)
    try:
        yield started.start()
    finally:
        started.kill()


@pytest.fixture(scope="module")
def folder(runtime: RuntimeProcess) -> Path:
    """The folder of its characters."""
    return runtime.folder.parent / "characters"


@pytest.fixture
async def client(runtime: RuntimeProcess) -> AsyncIterator[Client]:
    async with client_of(runtime.url) as client:
        yield client


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RuntimeProcess, Model]]:
    """A runtime whose model does what the question says."""
    with runtime_with_model(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture
def model(served: tuple[RuntimeProcess, Model]) -> Iterator[Model]:
    """Answers at once; what waits when the test ends goes on."""
    model = served[1]
    model.go.clear()
    yield model
    model.go.set()


@pytest.fixture
async def guest(served: tuple[RuntimeProcess, Model], model: Model) -> AsyncIterator[Client]:
    """Talks to that runtime."""
    async with client_of(served[0].url) as client:
        yield client
