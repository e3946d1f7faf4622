"""Only regular files of a bounded size are opened, and nothing makes the reader wait."""

import os
import socket
from pathlib import Path

import pytest

from agent_runtime.characters.files import read_bytes
from agent_runtime.characters.loading import read_character
from agent_runtime.core.errors import InvalidFile
from agent_runtime.core.strict_yaml import MAX_BYTES


def refusal(path: Path) -> str:
    with pytest.raises(InvalidFile) as caught:
        read_bytes(path)
    (finding,) = caught.value.findings
    assert (finding.file, finding.line, finding.column) == (str(path), 1, 1)
    return finding.message


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yaml"
    path.write_text("name: Vinny")
    return path


def test_a_regular_file_is_read(good: Path) -> None:
    assert read_bytes(good) == b"name: Vinny"


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path, good: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refusal(tmp_path / "pipe.yaml") == "this is not a regular file"
    assert read_character(good).name == "Vinny"


def test_a_device_a_folder_and_a_socket_are_refused(tmp_path: Path, good: Path) -> None:
    assert refusal(Path("/dev/zero")) == "this is not a regular file"
    assert refusal(tmp_path) == "this is not a regular file"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.yaml"))
        assert "cannot be read" in refusal(tmp_path / "s.yaml")
    assert read_character(good).name == "Vinny"


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.yaml")
    assert "cannot be read" in refusal(tmp_path / "\0.yaml")
    assert "cannot be read" in refusal(tmp_path / ("x" * 300 + ".yaml"))


def test_a_large_file_is_refused_by_its_size_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert refusal(path) == "the file is larger than 256 KB"
    os.truncate(path, MAX_BYTES)
    assert len(read_bytes(path)) == MAX_BYTES


def test_a_link_is_followed_within_its_folder_only(tmp_path: Path, good: Path) -> None:
    inside, folder = tmp_path / "inside.yaml", tmp_path / "folder"
    inside.symlink_to("good.yaml")
    assert read_bytes(inside) == b"name: Vinny"
    folder.mkdir()
    (folder / "out.yaml").symlink_to(good)
    assert refusal(folder / "out.yaml") == "the file is a link that leads out of its folder"
    (folder / "password.yaml").symlink_to("/etc/passwd")
    assert refusal(folder / "password.yaml") == "the file is a link that leads out of its folder"


def test_a_link_to_nowhere_or_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lost.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    assert "cannot be read" in refusal(tmp_path / "lost.yaml")
    assert "cannot be read" in refusal(tmp_path / "loop.yaml")
