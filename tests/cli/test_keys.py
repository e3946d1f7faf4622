"""`keys`, and commands that are not let in without one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.runtime import command
from tests.web.keyed import MAIN, Keyed

OTHER = "another-key-3f9a61c7"


def keys(folder: Path, *arguments: str, **environ: str) -> tuple[int, str, str]:
    done = command("keys", *arguments, "--data-dir", folder, environ=environ)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_key_is_made_listed_and_revoked(tmp_path: Path) -> None:
    code, key, told = keys(tmp_path, "create", "website", "--scopes", "read, chat")
    assert (code, key.count("\n"), len(key) > 40) == (0, 1, True)
    assert "keep it now" in told and "every request needs a key now" in told
    code, listed, _ = keys(tmp_path, "list")
    assert code == 0
    assert [line.split()[:2] for line in listed.splitlines()] == [["KEY", "SCOPES"], ["website", "chat,read"]]
    assert key.strip() not in listed
    code, made, told = keys(
        tmp_path, "create", "ops", "--scopes", "operate", "-o", "json", AGENT_RUNTIME__HTTP__API_KEY=OTHER
    )
    assert (code, json.loads(made)["name"], json.loads(made)["scopes"]) == (0, "ops", ["operate"])
    assert "every request" not in told
    code, listed, _ = keys(tmp_path, "list", "-o", "json")
    assert [(each["name"], set(each)) for each in json.loads(listed)] == [
        ("website", {"name", "scopes", "created_at"}),
        ("ops", {"name", "scopes", "created_at"}),
    ]
    assert keys(tmp_path, "revoke", "website") == (0, "", "")
    assert json.loads(keys(tmp_path, "list", "-o", "json")[1])[0]["name"] == "ops"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("create", "ada"), 2, "--scopes"),
        (("create", "Ada!", "--scopes", "chat"), 2, "no name for a key"),
        (("create", "ada", "--scopes", "chat,all"), 2, "no scope 'all'"),
        (("create", "ada", "--scopes", ","), 2, "none was given"),
        (("revoke", "ada"), 1, "no key 'ada'"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    ended, out, told = keys(tmp_path, *arguments)
    assert (ended, out) == (code, "")
    assert words in told


def test_before_there_is_any_the_list_is_empty(tmp_path: Path) -> None:
    assert keys(tmp_path / "nowhere", "list", "-o", "json")[:2] == (0, "[]\n")
    assert not (tmp_path / "nowhere").exists()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    keyed = Keyed.started(tmp_path_factory.mktemp("keyed"))
    try:
        yield keyed
    finally:
        keyed.runtime.kill()


COMMANDS = (
    ("agents",),
    ("events", "--dead"),
    ("say", "vesper", "Hello!"),
    ("chat", "wren", "Hello!"),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda each: str(each[0]))
def test_commands_send_the_key_of_their_environment(keyed: Keyed, arguments: tuple[str, ...]) -> None:
    given = (*arguments, "--data-dir", keyed.runtime.folder)
    done = command(*given, environ={"AGENT_RUNTIME__HTTP__API_KEY": MAIN})
    assert done.returncode == 0, done.stderr
    for environ in (
        {},
        {"AGENT_RUNTIME__HTTP__API_KEY": OTHER},
        {"AGENT_RUNTIME__HTTP__API_KEY": keyed.keys["overlay"]},
    ):
        done = command(*given, environ=environ)
        assert (done.returncode, done.stdout) == (4, b""), done.stderr
        assert b"set AGENT_RUNTIME__HTTP__API_KEY" in done.stderr
        assert done.stderr.count(b"\n") == 1
        assert OTHER.encode() not in done.stderr


def test_the_key_goes_to_a_runtime_that_is_named_too(keyed: Keyed, tmp_path: Path) -> None:
    environ = {"AGENT_RUNTIME__HTTP__API_KEY": MAIN}
    done = command("agents", "--url", keyed.runtime.url, "--data-dir", tmp_path, environ=environ)
    assert (done.returncode, done.stderr) == (0, b"")


def test_who_sends_a_key_without_encryption_is_told(tmp_path: Path) -> None:
    environ = {"AGENT_RUNTIME__HTTP__API_KEY": MAIN}
    done = command("agents", "--url", "http://0.0.0.0:1", "--data-dir", tmp_path, environ=environ)
    assert done.returncode == 3
    assert b"warning: the API key goes to 0.0.0.0 without encryption" in done.stderr
    assert MAIN.encode() not in done.stderr
    done = command("agents", "--url", "http://0.0.0.0:1", "--data-dir", tmp_path)
    assert b"warning" not in done.stderr
