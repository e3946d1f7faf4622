"""Room for connections: never for more than there are files for."""

import subprocess
import sys

import pytest

from tests.process.runtime import ROOT, environment

PROGRAM = """
import resource, sys
most, soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
from agent_runtime.web.room import Room
print(Room.of(most).most, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("most", "soft", "hard", "found"),
    [
        (100, 1024, 2000, (100, 1024, 2000)),
        (1024, 1024, 2000, (1024, 1280, 2000)),  # as many as are needed are asked for
        (1024, 512, 1024, (768, 1024, 1024)),  # and what is left over is room
        (1024, 100, 100, (16, 100, 100)),
    ],
)
def test_files_are_left_for_everything_else(most: int, soft: int, hard: int, found: tuple[int, int, int]) -> None:
    arguments = map(str, (most, soft, hard))
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *log, told = run.stdout.splitlines()
    assert tuple(map(int, told.split())) == found
    assert ("fewer connections" in "".join(log)) == (found[0] < most)
