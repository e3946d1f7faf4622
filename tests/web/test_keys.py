"""The file of keys: hashes only, its owner's only, one change at a time; and what a runtime makes of its changes."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_runtime.core.errors import Misconfigured, Refused
from agent_runtime.web.access import LOCAL, Access
from agent_runtime.web.keys import KEY_FILE, KeyFile, made, read_keys

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MAIN = b"the-key-of-the-settings"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / KEY_FILE


def add(file: Path, name: str, *scopes: str) -> bytes:
    key, kept = made(name, scopes or ("chat",), NOW)
    KeyFile(file).add(kept)
    return key.encode()


def test_a_key_is_made_anew_each_time_and_its_hash_is_kept(file: Path) -> None:
    first, second = add(file, "ada", "read", "chat"), add(file, "bob")
    assert first != second
    assert len(first) >= 43
    text = file.read_bytes()
    assert first not in text and second not in text
    assert [(each.name, each.scopes) for each in read_keys(file) or ()] == [
        ("ada", ("chat", "read")),
        ("bob", ("chat",)),
    ]


def test_only_its_owner_can_read_it(file: Path) -> None:
    before = os.umask(0)
    try:
        add(file, "ada")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert {path.name for path in file.parent.iterdir()} == {KEY_FILE, "keys.lock"}


def test_many_commands_at_once_forget_nothing(file: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: add(file, f"key-{number}"), range(24)))
    assert len(read_keys(file) or ()) == 24


@pytest.mark.parametrize("name", ["", "Ada", "-a", "a b", "ä", "a/b", "a" * 61, "a\n"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match="no name for a key"):
        made(name, ("chat",), NOW)


@pytest.mark.parametrize("scopes", [(), ("chat", "everything"), ("anyone",), ("",)])
def test_what_is_no_scope_is_refused(scopes: tuple[str, ...]) -> None:
    with pytest.raises(Misconfigured, match=r"there is no scope .*: chat, read, operate, admin, overlay"):
        made("ada", scopes, NOW)


def test_a_name_is_taken_once_and_given_back(file: Path) -> None:
    add(file, "ada")
    with pytest.raises(Refused, match="already"):
        add(file, "ada")
    with pytest.raises(Refused, match="no key 'bob'; there are: ada"):
        KeyFile(file).remove("bob")
    KeyFile(file).remove("ada")
    assert read_keys(file) == ()
    add(file, "ada")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2}', '{"version": 1, "keys": [{"name": "secret-1"}]}'])
def test_a_file_that_is_none_is_told_and_not_repeated(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    for broken in (lambda: read_keys(file), lambda: add(file, "ada"), lambda: Access(MAIN, file)):
        with pytest.raises(Misconfigured, match="is not a file of keys") as caught:
            broken()
        assert "secret-1" not in str(caught.value)
    assert file.read_text() == content


def test_without_any_key_everybody_may_do_everything(file: Path) -> None:
    access = Access(None, file)
    assert not access.is_required
    assert not access.look()
    assert access.holds(LOCAL)


def test_a_file_that_appears_closes_the_door_for_good(file: Path) -> None:
    access = Access(None, file)
    key = add(file, "ada", "read")
    assert access.look() and access.is_required and not access.look()
    caller = access.caller(key)
    assert caller is not None
    assert (caller.name, caller.scopes, caller.only_of) == ("ada", {"anyone", "read"}, None)
    assert access.holds(caller)
    assert not access.holds(LOCAL)
    KeyFile(file).remove("ada")
    assert access.look()
    assert access.is_required
    assert access.caller(key) is None
    assert not access.holds(caller)
    file.unlink()
    assert access.look()
    assert access.is_required


def test_the_key_of_the_settings_opens_everything_whatever_the_file_says(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = add(file, "ada", "admin")
    access = Access(MAIN, file)
    main, named = access.caller(MAIN), access.caller(key)
    assert main is not None and named is not None
    assert (main.name, main.owner, main.only_of, named.owner) == ("", None, None, "ada")
    assert main.scopes == named.scopes
    file.write_text("{")
    assert access.look()
    assert access.caller(MAIN) == main
    assert access.caller(key) is None
    assert "no named key opens anything" in capsys.readouterr().out


@pytest.mark.parametrize("token", [b"", b"\xff\xfe", "schlüssel".encode(), b"x" * 9000, MAIN + b"x", MAIN[:-1]])
def test_another_key_is_nobodys(token: bytes) -> None:
    assert Access(MAIN).caller(token) is None


def test_a_caller_does_not_show_the_hash_of_its_key() -> None:
    assert "digest" not in repr(Access(MAIN).caller(MAIN))


def test_what_is_no_file_is_refused_at_once(file: Path) -> None:
    file.parent.mkdir()
    os.mkfifo(file)
    with pytest.raises(Misconfigured, match="it is no file"):
        read_keys(file)


def test_there_are_only_so_many_keys(file: Path) -> None:
    file.parent.mkdir()
    one = made("one", ("chat",), NOW)[1].model_dump(mode="json")
    file.write_text(json.dumps({"version": 1, "keys": [one | {"name": f"key-{number}"} for number in range(1000)]}))
    with pytest.raises(Refused, match="1000 keys"):
        KeyFile(file).add(made("two", ("chat",), NOW)[1])
    assert len(read_keys(file) or ()) == 1000
