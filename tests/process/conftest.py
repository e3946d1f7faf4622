"""Runtimes for the tests of whole processes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.process.runtime import RuntimeProcess, pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Callable[..., RuntimeProcess]]:
    """Makes runtimes, not started yet, each on a data folder of its own unless told which; none is left behind."""
    made: list[RuntimeProcess] = []

    def make(*settings: str, folder: Path | None = None, **environ: str) -> RuntimeProcess:
        made.append(RuntimeProcess(folder or tmp_path / f"data{len(made)}", *settings, environ=environ))
        return made[-1]

    yield make
    for each in made:
        each.kill()
