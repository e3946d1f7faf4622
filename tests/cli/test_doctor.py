"""`doctor`: everything looked at at once, each thing with what to do about it, and nothing hangs."""

import json
import os
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agent_runtime.cli import doctor_machine
from agent_runtime.cli.doctor import command
from agent_runtime.cli.doctor_checks import State
from agent_runtime.config import Settings
from agent_runtime.store import schema
from agent_runtime.store.folder import DataFolder
from tests.cli.invoking import invoked
from tests.process.runtime import ROOT
from tests.process.runtime import command as typed
from tests.servers.redis import RedisServer

CANARY = "canary-4f9d1c7e20"


class Patient:
    """A machine to look at: a data folder, characters, a Redis, a free port."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "characters", folder / "characters")
        self._options = [
            f"data_dir={folder / 'data'}",
            f"characters_dir={folder / 'characters'}",
            f"redis.url={redis_url}",
            "http.port=0",
        ]

    def looked_at(self, *settings: str) -> tuple[int, list[dict[str, str]]]:
        """The exit code, and what was seen."""
        options = [word for each in (*self._options, *settings) for word in ("--set", each)]
        code, said, _ = invoked(command, "-o", "json", *options)
        seen: dict[str, Any] = json.loads(said)
        assert seen["is_well"] == (code == 0)
        return code, seen["checks"]


@pytest.fixture
def patient(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Patient:
    monkeypatch.chdir(tmp_path)
    return Patient(tmp_path, redis_url)


def failed(checks: list[dict[str, str]]) -> list[str]:
    return [each["name"] for each in checks if each["state"] == "fail"]


def the(name: str, checks: list[dict[str, str]]) -> dict[str, str]:
    return next(each for each in checks if each["name"] == name)


def test_where_all_is_well_that_is_said_of_each_thing(patient: Patient) -> None:
    code, checks = patient.looked_at()
    assert (code, failed(checks)) == (0, [])
    names = ["python", "clock", "settings", "data folder", "characters", "database", "redis", "model", "port", "keys"]
    assert [name for name in dict.fromkeys(each["name"] for each in checks) if name != "sqlite"] == names
    assert "it will be made" in the("data folder", checks)["text"]
    assert "a message and back" in the("redis", checks)["text"]
    assert not (patient.folder / "data").exists()


def test_an_embedded_redis_is_tried(patient: Patient) -> None:
    code, checks = patient.looked_at("redis.url=")
    assert code == 0
    assert the("redis", checks)["text"].startswith("embedded, tried: ")


def test_a_runtime_that_runs_is_recognised_by_its_port_and_its_redis(patient: Patient, redis_url: str) -> None:
    with DataFolder(patient.folder / "data") as folder:
        folder.announce("http://127.0.0.1:4501", redis_url)
        code, checks = patient.looked_at("redis.url=")
        assert code == 0
        assert the("port", checks)["text"].endswith(f"at http://127.0.0.1:4501 (process {os.getpid()})")
        assert the("redis", checks)["text"].startswith("embedded, 127.0.0.1:")
        assert the("port", patient.looked_at("http.port=4502")[1])["state"] == "warn"


@contextmanager
def listening() -> Iterator[int]:
    """A port that somebody has, who never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield listener.getsockname()[1]


def test_what_does_not_answer_is_given_up_on_and_told(patient: Patient) -> None:
    with listening() as port:
        model = (f"llm.base_url=http://127.0.0.1:{port}/v1", "llm.provider=openai_compat", "llm.model=tiny")
        database = f"database.url=postgresql://u:{CANARY}@127.0.0.1:{port}/d"
        code, checks = patient.looked_at(*model, database, f"redis.url=redis://:{CANARY}@127.0.0.1:{port}/0")
    assert (code, failed(checks)) == (3, ["database", "redis", "model"])
    assert CANARY not in str(checks)


def test_what_is_not_there_is_told_without_waiting(patient: Patient) -> None:
    model = ("llm.base_url=http://127.0.0.1:1/v1", "llm.provider=openai_compat", "llm.model=tiny")
    code, checks = patient.looked_at(*model, "redis.url=redis://127.0.0.1:1/0")
    assert (code, failed(checks)) == (3, ["redis", "model"])


def test_a_port_that_somebody_else_has_is_told(patient: Patient) -> None:
    with listening() as port:
        code, checks = patient.looked_at(f"http.port={port}")
    assert (code, failed(checks)) == (3, ["port"])
    assert "set http.port" in the("port", checks)["hint"]


class Answering(BaseHTTPRequestHandler):
    """A model server that knows one model, and one key."""

    def do_GET(self) -> None:
        is_allowed = self.headers["Authorization"] == f"Bearer {CANARY}"
        self.send_response(404 if self.path != "/v1/models" else 200 if is_allowed else 401)
        self.end_headers()
        self.wfile.write(b'{"data": [{"id": "tiny"}]}')

    def log_message(self, format: str, *args: object) -> None:
        """Not to standard error."""


@contextmanager
def model_at() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


@pytest.mark.parametrize(
    ("model", "key", "code", "state", "says"),
    [
        ("tiny", CANARY, 0, "ok", "with a key, GET /models answers 200"),
        ("large", CANARY, 0, "warn", "large is not in its list"),
        ("tiny", "another-key", 1, "fail", "answers 401"),
        ("tiny", "", 1, "fail", "without a key, GET /models answers 401"),
    ],
)
def test_a_model_is_asked_for_its_list_and_not_for_words(
    model: str, key: str, code: int, state: str, says: str, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_RUNTIME__LLM__API_KEY", key)
    with model_at() as url:
        ended, checks = patient.looked_at("llm.provider=openai_compat", f"llm.base_url={url}", f"llm.model={model}")
    seen = the("model", checks)
    assert (ended, seen["state"]) == (code, state)
    assert says in seen["text"]
    assert CANARY not in str(checks)


def test_a_model_server_that_has_no_list_there_is_warned_of(patient: Patient) -> None:
    with model_at() as url:
        at = url.removesuffix("/v1")
        code, checks = patient.looked_at("llm.provider=openai_compat", f"llm.base_url={at}", "llm.model=tiny")
    seen = the("model", checks)
    assert (code, seen["state"]) == (0, "warn")
    assert "GET /models answers 404" in seen["text"]
    assert "/v1" in seen["hint"]


def test_keys_that_cannot_be_read_are_told(patient: Patient) -> None:
    (patient.folder / "data").mkdir(mode=0o700)
    (patient.folder / "data" / "keys.json").write_text('{"trunc')
    code, checks = patient.looked_at()
    assert (code, failed(checks)) == (1, ["keys"])
    assert "is not a file of keys" in the("keys", checks)["text"]


def test_broken_characters_are_told_with_their_place(patient: Patient) -> None:
    (patient.folder / "characters" / "bad.yaml").write_text("name: Bad\nnonsense: 1\n")
    code, checks = patient.looked_at()
    assert (code, failed(checks)) == (1, ["characters"])
    assert the("characters", checks)["text"].startswith(f"{patient.folder / 'characters' / 'bad.yaml'}:2:1: ")
    code, checks = patient.looked_at("agents=nobody")
    assert "agents names nobody" in str(checks)
    code, checks = patient.looked_at(f"characters_dir={patient.folder / 'none'}")
    assert (code, failed(checks)) == (1, ["characters"])


def test_a_thousand_mistakes_are_not_all_shown(patient: Patient) -> None:
    for number in range(40):
        (patient.folder / "characters" / f"bad{number}.yaml").write_text("nonsense: 1\n")
    shown = [each for each in patient.looked_at()[1] if each["name"] == "characters"]
    assert len(shown) < 30
    assert any("more" in each["text"] and "agent-runtime check" in each["hint"] for each in shown)


@pytest.mark.parametrize(
    ("kind", "state", "code", "says"),
    [
        ("new", "ok", 0, "none yet; `run` brings it to"),
        ("older", "ok", 0, "`run` brings it to"),
        ("newer", "fail", 1, "schema 9999"),
        ("no database", "fail", 1, "not a SQLite database"),
    ],
)
def test_a_database_is_told_by_its_schema(kind: str, state: str, code: int, says: str, patient: Patient) -> None:
    path = patient.folder / "data" / "runtime.db"
    if kind != "new":
        schema.upgrade(f"sqlite:///{path}")
    if kind == "older":
        schema.downgrade(f"sqlite:///{path}", "0001")
    if kind == "newer":
        with closing(sqlite3.connect(path)) as kept, kept:
            kept.execute("UPDATE alembic_version SET version_num = '9999'")
    if kind == "no database":
        path.write_text("hello")
    ended, checks = patient.looked_at()
    seen = the("database", checks)
    assert (ended, seen["state"]) == (code, state)
    assert says in seen["text"]


def test_a_postgresql_that_is_behind_has_to_be_upgraded(patient: Patient, empty_postgres_url: str) -> None:
    code, checks = patient.looked_at(f"database.url={empty_postgres_url}")
    assert (code, failed(checks)) == (1, ["database"])
    assert the("database", checks)["hint"] == "agent-runtime db upgrade"


def test_a_redis_that_drops_keys_when_it_is_full_is_warned_of(patient: Patient, redis_server: RedisServer) -> None:
    with redis_server.client() as client:
        client.config_set("maxmemory", "100mb")
        client.config_set("maxmemory-policy", "allkeys-lru")
    code, checks = patient.looked_at(f"redis.url={redis_server.url}")
    assert code == 0
    (seen,) = [each for each in checks if each["name"] == "redis" and each["state"] == "warn"]
    assert "allkeys-lru" in seen["text"]


def test_a_user_who_may_not_ask_redis_about_itself_is_well_all_the_same(
    patient: Patient, redis_server: RedisServer
) -> None:
    rights = "+@connection +@pubsub +getrange +set +scan +multi +exec +discard"
    with redis_server.client() as client:
        client.execute_command("ACL", "SETUSER", "agent", "reset", "on", f">{CANARY}")
        client.execute_command(
            "ACL", "SETUSER", "agent", "~agent:*", "~auction:*", "~campaign:*", "~rt:*", "&events:*", *rights.split()
        )
    url = redis_server.url.replace("//", f"//agent:{CANARY}@")
    code, checks = patient.looked_at(f"redis.url={url}")
    assert code == 0
    assert "INFO is not allowed" in the("redis", checks)["text"]
    assert CANARY not in str(checks)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--set", "http.prot=1"), "did you mean http.port?"),
        (("--config", "broken.yaml"), "broken.yaml:1:1"),
        (("--set", "llm.provider=openai_compat"), "needs llm.base_url"),
    ],
)
def test_settings_that_are_wrong_are_one_more_thing_that_is_told(
    given: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.yaml").write_text("htpp: {}\n")
    code, said, _ = invoked(command, "-o", "json", *given)
    checks = json.loads(said)["checks"]
    assert (code, set(failed(checks))) == (1, {"settings"})
    assert says in f"{the('settings', checks)['text']} {the('settings', checks)['hint']}"
    assert the("python", checks)["state"] == "ok"


def test_a_folder_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    tmp_path.chmod(0o755)
    (seen,) = doctor_machine.data_folder(settings)
    assert (seen.state, seen.hint) == (State.WARN, f"chmod 700 {tmp_path}")
    tmp_path.chmod(0o700)
    assert doctor_machine.data_folder(settings)[0].state is State.OK


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (seen,) = doctor_machine.data_folder(Settings(data_dir=tmp_path / "file" / "data"))
    assert (seen.state, seen.is_away) == (State.FAIL, True)


def test_a_clock_that_stands_before_this_code_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_machine.clock()[0].state is State.OK
    monkeypatch.setattr(doctor_machine.time, "time", lambda: 86_400.0)
    assert doctor_machine.clock()[0].state is State.FAIL


def test_a_table_has_a_line_for_each_thing_and_no_orders_to_a_file(tmp_path: Path) -> None:
    done = typed("doctor", "--set", "http.prot=1", cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    assert lines[0].startswith("ok    python")
    assert any(line.startswith("FAIL  settings") for line in lines)
    assert b"\x1b" not in done.stdout
    assert b"1 of" in done.stderr
