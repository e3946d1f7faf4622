"""The plugin that lets nothing be skipped in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPS = {
    "in_a_test": "import pytest\ndef test_one():\n    pytest.skip('no server')\n",
    "by_a_mark": "import pytest\n@pytest.mark.skipif(True, reason='no server')\ndef test_one(): pass\n",
    "a_whole_file": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
}


def outcome(file: Path, **environ: str) -> tuple[int, str]:
    """How a run of `file` ends: the exit code and what was printed."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.servers.no_skips", "-p", "no:cacheprovider", str(file)]
    env = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*command, "-c", os.devnull, f"--rootdir={file.parent}"],
        cwd=ROOT,
        env={**env, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("kind", SKIPS)
def test_a_skip_fails_the_run_in_ci_and_says_why(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"test_{kind}.py"
    file.write_text(SKIPS[kind])
    code, text = outcome(file, CI="1")
    assert code in {1, 2}
    assert "skipped, which counts as failed in CI: " in text
    assert "no server" in text


def test_elsewhere_a_skip_is_a_skip_and_a_pass_passes_in_ci(tmp_path: Path) -> None:
    file = tmp_path / "test_one.py"
    file.write_text(SKIPS["in_a_test"] + "def test_two(): pass\n")
    code, text = outcome(file)
    assert code == 0
    assert "1 passed, 1 skipped" in text
    file.write_text("def test_two(): pass\n")
    assert outcome(file, CI="1")[0] == 0
