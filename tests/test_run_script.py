"""`./run`: from a bare checkout to a running process, wherever it lies and whatever the shell has set."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAIN = """
import os, sys
print(os.getpid(), os.getcwd(), sys.prefix, *sys.argv[1:], sep="\\n")
raise SystemExit(7)
"""


def checkout(folder: Path) -> Path:
    """A project with our `run` in it, a program that tells how it was started, and nothing to download."""
    (folder / "agent_runtime").mkdir(parents=True)
    (folder / "agent_runtime" / "__main__.py").write_text(MAIN)
    (folder / "requirements.lock").write_text("# nothing\n")
    shutil.copy2(ROOT / "run", folder / "run")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = checkout(tmp_path_factory.mktemp("a folder with spaces") / "it's here")
    assert "making .venv" in start(folder, PIP_USER="1", PIP_TARGET="/nowhere", PYTHONPATH="/nowhere").stderr
    yield folder
    shutil.rmtree(folder)


def start(folder: Path, *arguments: str, cwd: str = "/", **environ: str) -> subprocess.CompletedProcess[str]:
    """What `run` does when it is started from `cwd` by an environment that holds little but `environ`."""
    return subprocess.run(
        [folder / "run", *arguments],
        cwd=cwd,
        env=little(environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def little(environ: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHON": sys.executable, **environ}


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_every_shell_can_read_it(shell: str) -> None:
    if path := shutil.which(shell):
        assert subprocess.run([path, "-n", ROOT / "run"], check=False, timeout=10).returncode == 0


def test_arguments_folder_and_exit_code_arrive(project: Path) -> None:
    done = start(project, "say", "two words", "", "$HOME *")
    _, cwd, prefix, *arguments = done.stdout.removesuffix("\n").split("\n")
    assert (cwd, prefix) == (str(project), f"{project}/.venv")
    assert arguments == ["say", "two words", "", "$HOME *"]
    assert (done.returncode, done.stderr) == (7, "")


def test_the_process_started_is_the_process_that_runs(project: Path) -> None:
    process = subprocess.Popen([project / "run"], env=little({}), stdout=subprocess.PIPE, text=True)
    stdout, _ = process.communicate(timeout=60)
    assert stdout.split("\n")[0] == str(process.pid)


def test_settings_for_other_projects_do_not_get_in_the_way(project: Path) -> None:
    environ = {"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere", "PYTHONSAFEPATH": "1", "CDPATH": "/tmp", "IFS": "/"}
    assert start(project, **environ).returncode == 7


def test_a_changed_lock_is_installed_once_without_a_new_environment(project: Path) -> None:
    with (project / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    notices = [start(project).stderr for _ in range(2)]
    assert notices == ["run: installing the packages of requirements.lock (once, some 20 seconds)\n", ""]


def test_packages_that_cannot_be_installed_stop_it_until_they_can(project: Path) -> None:
    lock = project / "requirements.lock"
    good = lock.read_text()
    lock.write_text("no-hash==1\n")
    done = start(project)
    assert (done.returncode, done.stdout) == (3, "")
    assert "the packages could not be installed" in done.stderr
    lock.write_text(good)
    assert start(project).returncode == 7


def test_python_passes_on_to_the_interpreter(project: Path) -> None:
    done = start(project, "python", "-c", "import sys; print(sys.argv[1:])", "a b")
    assert (done.returncode, done.stdout) == (0, "['a b']\n")


@pytest.mark.parametrize("python", ["/nowhere/python3", "false"])
def test_a_python_that_does_not_do_is_named(tmp_path: Path, python: str) -> None:
    done = start(checkout(tmp_path / "p"), PYTHON=python)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"run: PYTHON={python} is not a working Python 3.11 or newer\n"


def test_a_python_without_venv_is_told_which_package_to_install(tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError\n")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    folder = checkout(tmp_path / "p")
    done = start(folder, PYTHON=str(python))
    assert done.returncode == 3
    assert "apt-get install python3-venv" in done.stderr
    assert not (folder / ".venv").exists()


@pytest.mark.slow
def test_a_moved_or_half_made_environment_is_made_again(project: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(project, moved, symlinks=True)
    assert "making .venv" in start(moved).stderr
    assert start(moved).stderr == ""
    (moved / ".venv" / "unfinished").touch()
    (moved / ".venv" / "installed").unlink()
    shutil.rmtree(next((moved / ".venv").glob("lib/python*/site-packages/pip")))
    assert "making .venv" in start(moved).stderr
    assert start(moved).stderr == ""


@pytest.mark.slow
def test_two_started_at_once_make_one_environment(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "p")
    both = [
        subprocess.Popen([folder / "run"], env=little({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    notices = "".join(each.communicate(timeout=120)[1] for each in both)
    assert [each.returncode for each in both] == [7, 7]
    assert notices.count("making .venv") == 1
