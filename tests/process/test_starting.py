"""A start either ends in one line that says where, or in one sentence that says why not."""

import json
import shutil
import signal
import socket
import sqlite3
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from agent_runtime.live.binary import free_port
from tests.process.runtime import ROOT, RuntimeProcess, command, is_running, wait_until

Make = Callable[..., RuntimeProcess]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def refused(*arguments: str | Path, **environ: str) -> tuple[int, str]:
    """The exit code of a `run` that ends by itself, and what it said on standard error."""
    done = command("run", "--set", "http.port=0", *arguments, environ=environ)
    assert done.stdout == b""
    said = done.stderr.decode()
    assert "Traceback" not in said
    return done.returncode, said


def get(started: RuntimeProcess, path: str) -> Any:
    with urllib.request.urlopen(started.url + path, timeout=20) as response:
        return json.load(response)


def test_it_says_one_line_when_it_is_ready_and_ends_well_on_sigterm(runtime: Make) -> None:
    started = runtime().start()
    assert started.said == f"ready {started.url}\n"
    assert started.occupant.url == started.url
    assert started.occupant.pid == started.process.pid
    modes = {path.name: path.stat().st_mode for path in (started.folder, *started.folder.iterdir())}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert started.stop(within_s=10) == 0
    assert started.said.count("\n") == 1
    assert started.log == ""


def test_all_but_the_broken_characters_run_and_ctrl_c_ends_it_well(runtime: Make, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "characters", tmp_path / "characters")
    (tmp_path / "characters" / "ghost.yaml").write_text("schema: 1\nname: Ghost\ntraits: {openness: 7}\n")
    started = runtime(f"characters_dir={tmp_path / 'characters'}").start()
    agents, health = get(started, "/api/agents"), get(started, "/readyz")
    assert [each["id"] for each in agents["data"]] == ["vesper"]
    assert [each["file"] for each in agents["broken"]] == ["ghost.yaml"]
    assert "ghost.yaml:3:" in agents["broken"][0]["errors"][0]
    assert (health["status"], health["parts"]["characters"]["status"]) == ("degraded", "degraded")
    started.signal(signal.SIGINT)
    assert started.wait(within_s=10) == 0
    assert "ghost.yaml:3:" in started.log
    assert started.log.count("\n") == 1


def test_a_second_one_is_refused_with_the_pid_of_the_first_until_that_is_gone(runtime: Make) -> None:
    first = runtime().start()
    code, said = refused("--data-dir", first.folder)
    assert (code, said.count("\n")) == (3, 1)
    assert f"process {first.process.pid}" in said
    assert first.occupant.url == first.url
    with Redis.from_url(first.redis_url, socket_timeout=5) as client:
        server = int(client.info("server")["process_id"])
    first.kill()
    wait_until(lambda: not is_running(server), 10)
    assert first.start().stop() == 0


def test_a_port_that_is_in_use_is_named(tmp_path: Path, taken_port: int) -> None:
    code, said = refused("--data-dir", tmp_path / "data", "--port", str(taken_port))
    assert (code, said.count("\n")) == (3, 1)
    assert f"port {taken_port} on 127.0.0.1 is in use" in said


def test_wrong_settings_are_told_with_their_place_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("http:\n  prot: 4500\n  port: http\n")
    code, said = refused("--data-dir", tmp_path / "data", "--config", tmp_path / "config.yaml")
    assert code == 2
    assert f"{tmp_path}/config.yaml:2:3: unknown key 'prot' (did you mean 'port'?)" in said
    assert f"{tmp_path}/config.yaml:3:9: expected" in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("setting", "scheme"),
    [("REDIS__URL", "redis"), pytest.param("DATABASE__URL", "postgresql", marks=pytest.mark.slow)],
)
def test_a_server_that_is_not_there_is_told_in_a_line_without_its_password(
    tmp_path: Path, setting: str, scheme: str
) -> None:
    place = f"127.0.0.1:{free_port()}/0"
    environ = {f"AGENT_RUNTIME__{setting}": f"{scheme}://someone:canary-word@{place}"}
    code, said = refused("--data-dir", tmp_path / "data", **environ)
    assert (code, said.count("\n")) == (3, 1)
    assert place in said
    assert "canary-word" not in said


def test_without_a_valid_character_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "ghost.yaml").write_text("schema: 1\nnmae: Ghost\n")
    code, said = refused("--data-dir", tmp_path / "data", "--set", f"characters_dir={tmp_path}")
    assert code == 2
    assert "ghost.yaml:2:1: unknown key 'nmae'" in said


def test_postgresql_behind_is_refused_until_it_is_upgraded(runtime: Make, empty_postgres_url: str) -> None:
    setting = {"AGENT_RUNTIME__DATABASE__URL": empty_postgres_url}
    behind = runtime(**setting)
    behind.spawn()
    assert behind.wait() == 5
    assert behind.log.count("\n") == 1
    assert "db upgrade" in behind.log
    assert command("db", "upgrade", environ=setting).returncode == 0
    assert behind.start().stop() == 0


@pytest.mark.slow
def test_ctrl_c_before_it_is_ready_ends_it_too(runtime: Make) -> None:
    starting = runtime()
    starting.spawn()
    wait_until((starting.folder / "runtime.lock").exists, 20, starting.report)
    starting.signal(signal.SIGINT)
    assert starting.wait(within_s=15) in {0, 130}
    assert "Traceback" not in starting.log


@pytest.mark.slow
def test_an_empty_folder_of_characters_and_an_unknown_agent_are_told(tmp_path: Path) -> None:
    code, said = refused("--data-dir", tmp_path / "data", "--set", f"characters_dir={tmp_path}")
    assert (code, said.count("\n")) == (2, 1)
    assert f"no character in {tmp_path}" in said
    code, said = refused("--data-dir", tmp_path / "data", "--set", "agents=nobody")
    assert (code, said.count("\n")) == (2, 1)
    assert "'nobody'" in said
    assert "casimir, vesper, wren" in said


@pytest.mark.slow
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_an_address_that_others_can_reach_is_refused(tmp_path: Path, host: str) -> None:
    code, said = refused("--data-dir", tmp_path / "data", "--set", f"http.host={host}")
    assert (code, said.count("\n")) == (2, 1)
    assert "127.0.0.1" in said


@pytest.mark.slow
@pytest.mark.parametrize("host", ["127.0.0.2", "::1"])
def test_every_address_of_this_machine_does(runtime: Make, host: str) -> None:
    started = runtime(f"http.host={host}").start()
    assert get(started, "/healthz") == {"status": "ok"}
    assert started.stop() == 0


@pytest.mark.slow
def test_folders_that_cannot_be_used_are_told(runtime: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = refused("--data-dir", tmp_path / "file" / "data")
    assert (code, said.count("\n")) == (3, 1)
    assert str(tmp_path / "file" / "data") in said
    started = runtime().start()
    assert started.stop() == 0
    connection = sqlite3.connect(started.folder / "runtime.db")
    connection.execute("UPDATE alembic_version SET version_num = 'of the future'")
    connection.commit()
    connection.close()
    code, said = refused("--data-dir", started.folder)
    assert (code, said.count("\n")) == (5, 1)
    assert "newer" in said


@pytest.mark.parametrize("where", ["flag", "environment"])
def test_the_demo_keeps_its_own_below_the_data_folder(taken_port: int, where: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    flags = [f"--set=data_dir={folder}"] if where == "flag" else []
    environ = {"AGENT_RUNTIME__DATA_DIR": str(folder)} if where == "environment" else {}
    command("demo", "--once", f"--port={taken_port}", *flags, environ=environ)
    assert [each.name for each in folder.iterdir()] == ["demo"]


@pytest.mark.parametrize("given", ["--port={}", "--set=http.port={}"])
def test_the_demo_listens_where_it_is_told_to(taken_port: int, given: str, tmp_path: Path) -> None:
    done = command("demo", "--once", "--data-dir", tmp_path, given.format(taken_port))
    assert (done.returncode, done.stdout) == (3, b"")
    assert f"port {taken_port}" in done.stderr.decode()
