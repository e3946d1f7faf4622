"""A runtime for the commands in the pages, with an auction going on in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.docs.standins import install
from tests.process.runtime import ROOT, RuntimeProcess, environment


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    """A runtime that runs as long as the tests do, with characters of its own; somebody is always bidding."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "characters", folder / "characters")
    runtime = RuntimeProcess(folder / "data", f"characters_dir={folder / 'characters'}").start()
    bidding = subprocess.Popen(
        [sys.executable, "-m", "agent_runtime", "simulate", "--data-dir", runtime.folder, "--lots", "1000"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield runtime
    bidding.kill()
    bidding.wait()
    runtime.stop()


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """PATH with everything that the pages use."""
    return f"{os.environ['PATH']}:{install(tmp_path_factory.mktemp('programs') / 'bin')}"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuntimeProcess]:
    """A runtime for the tests of one file, with nobody else in it."""
    runtime = RuntimeProcess(tmp_path_factory.mktemp("own") / "data").start()
    yield runtime
    runtime.stop()
