"""The data folder: one process at a time, let go however that ends, and an address for commands to find."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from agent_runtime.core.errors import Unavailable
from agent_runtime.store.folder import DataFolder, Occupant

HOLD = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from agent_runtime.store.folder import DataFolder
    with DataFolder(Path(sys.argv[1])) as folder:
        folder.announce("http://127.0.0.1:4500", "redis://127.0.0.1:6379/0")
        print("held", flush=True)
        sys.stdin.read()
    """
)


def holder(path: Path) -> "subprocess.Popen[bytes]":
    """Another process that holds the folder until its standard input is closed."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: "subprocess.Popen[bytes]") -> int:
    process.communicate(timeout=20)
    return process.returncode


def test_it_is_made_for_its_owner_only(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "a" / "b") as folder:
        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert (folder.path / "runtime.lock").stat().st_mode & 0o777 == 0o600


def test_what_is_missing_on_the_way_to_it_is_made_for_its_owner_too(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data" / "demo"):
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_while_one_holds_it_others_are_refused_with_its_pid(tmp_path: Path) -> None:
    process = holder(tmp_path)
    with pytest.raises(Unavailable, match=f"process {process.pid}; stop it"), DataFolder(tmp_path):
        pass
    assert DataFolder(tmp_path).occupant() == Occupant(
        pid=process.pid, url="http://127.0.0.1:4500", redis_url="redis://127.0.0.1:6379/0"
    )
    assert end(process) == 0
    assert DataFolder(tmp_path).occupant() is None
    with DataFolder(tmp_path):
        pass


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.kill()
    assert end(process) == -signal.SIGKILL
    assert (tmp_path / "runtime.lock").read_bytes() != b""
    assert DataFolder(tmp_path).occupant() is None
    with DataFolder(tmp_path):
        assert DataFolder(tmp_path).occupant() is None


def test_who_has_not_said_where_it_answers_is_nobody_to_talk_to(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as folder:
        assert DataFolder(tmp_path).occupant() is None
        folder.announce("http://127.0.0.1:1", "redis://127.0.0.1:2/0")
        found = DataFolder(tmp_path).occupant()
        assert found is not None
        assert (found.pid, found.url) == (os.getpid(), "http://127.0.0.1:1")
        folder.announce("http://[::1]:4", "")
        again = DataFolder(tmp_path).occupant()
        assert again is not None
        assert again.url == "http://[::1]:4"


def test_a_folder_that_is_not_there_has_no_occupant_and_is_not_made(tmp_path: Path) -> None:
    assert DataFolder(tmp_path / "none").occupant() is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("word", [b"", b"garbage", b"{}", b'{"pid": "x"}', b"\xff" * 10_000])
def test_a_strange_word_in_the_lock_does_no_harm(tmp_path: Path, word: bytes) -> None:
    (tmp_path / "runtime.lock").write_bytes(word)
    assert DataFolder(tmp_path).occupant() is None
    with DataFolder(tmp_path):
        (tmp_path / "runtime.lock").write_bytes(word)
        assert DataFolder(tmp_path).occupant() is None
        with pytest.raises(Unavailable, match="in use by another process"), DataFolder(tmp_path):
            pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "runtime.lock").symlink_to(target)
    with pytest.raises(Unavailable, match="cannot be used"), DataFolder(tmp_path / "data"):
        pass
    assert DataFolder(tmp_path / "data").occupant() is None
    assert target.read_text() == "precious"


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(Unavailable, match="cannot be used"), DataFolder(path):
            pass


def test_announcing_needs_a_hold(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="held"):
        DataFolder(tmp_path).announce("http://127.0.0.1:1", "")


@pytest.mark.parametrize("word", [b"", Occupant(pid=1, url="http://127.0.0.1:1").model_dump_json().encode()])
def test_a_command_that_looks_does_not_keep_a_runtime_from_starting(tmp_path: Path, word: bytes) -> None:
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            DataFolder(tmp_path).occupant()

    looker = threading.Thread(target=look)
    looker.start()
    try:
        for _ in range(100):
            (tmp_path / "runtime.lock").write_bytes(word)
            with DataFolder(tmp_path):
                pass
    finally:
        stop.set()
        looker.join(20)


def test_a_folder_is_the_same_runtime_in_every_life_and_no_other(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "one") as one, DataFolder(tmp_path / "two") as two:
        first, other = one.identity(), two.identity()
    assert first != other
    assert (tmp_path / "one" / "runtime.id").stat().st_mode & 0o777 == 0o600
    with DataFolder(tmp_path / "one") as again:
        assert again.identity() == first
        (tmp_path / "one" / "runtime.id").write_text("nonsense")
        assert again.identity() not in {first, "nonsense"}
