"""A running runtime for `chat`, whose model does what the question says."""

from collections.abc import Iterator

import pytest

from tests.process.model import Model, runtime_with_model
from tests.process.runtime import RuntimeProcess


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RuntimeProcess, Model]]:
    with runtime_with_model(tmp_path_factory.mktemp("chat")) as served:
        yield served


@pytest.fixture(scope="package")
def runtime(served: tuple[RuntimeProcess, Model]) -> RuntimeProcess:
    return served[0]


@pytest.fixture(scope="package")
def model(served: tuple[RuntimeProcess, Model]) -> Model:
    return served[1]
