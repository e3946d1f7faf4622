"""Settings of the HTTP door: keys that are worth the name, and nobody else let in without one."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent_runtime.config import Settings, load, shown
from agent_runtime.core.errors import Misconfigured

Make = Callable[..., Settings]
KEY = "canary-51b7f0c2d94e"


@pytest.fixture
def http(tmp_path: Path) -> Make:
    def load_here(file: str | None = None, **environ: str) -> Settings:
        if file is not None:
            (tmp_path / "config.yaml").write_text(file)
        return load(None, {}, {f"AGENT_RUNTIME__HTTP__{name}": value for name, value in environ.items()}, tmp_path)[0]

    return load_here


def refusal(load_here: Make, *args: object, **environ: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load_here(*args, **environ)
    return str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", "0", "2130706434.example"])
def test_listening_to_other_machines_without_a_key_is_refused_with_the_reason(http: Make, host: str) -> None:
    text = refusal(http, HOST=host)
    assert text.startswith("AGENT_RUNTIME__HTTP__HOST: ")
    assert "no name that is known" in text or "set AGENT_RUNTIME__HTTP__API_KEY" in text


def test_the_place_in_the_file_is_told(http: Make, tmp_path: Path) -> None:
    assert refusal(http, "http:\n  host: 0.0.0.0\n").startswith(f"{tmp_path}/config.yaml:2:9: only this machine")


@pytest.mark.parametrize("host", ["", " ", "\0"])
def test_what_is_no_address_is_refused(http: Make, host: str) -> None:
    assert refusal(http, HOST=host).startswith("AGENT_RUNTIME__HTTP__HOST: ")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "127.1", "::1", "::ffff:127.0.0.1", "localhost"])
def test_listening_to_this_machine_is_fine(http: Make, host: str) -> None:
    assert http(HOST=host).http.host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "chat.example.org"])
def test_with_a_key_it_listens_anywhere(http: Make, host: str) -> None:
    settings = http(HOST=host, API_KEY=KEY).http
    assert (settings.host, settings.api_key) == (host, SecretStr(KEY))


@pytest.mark.parametrize(
    "key",
    ["short", "x" * 15, "x" * 40, "changeme-changeme-1", "CHANGE_ME_please_now", "your-api-key-goes-here",
     "password-password-7", "has a space in it 81", "has\ta-tab-in-it-9312", "schlüssel-91b7f0c2d",
     "line-91b7f0c2d9\nb"],
)  # fmt: skip
def test_a_key_that_is_none_is_refused_and_not_repeated(http: Make, tmp_path: Path, key: str) -> None:
    text = refusal(http, API_KEY=key)
    assert text.startswith("AGENT_RUNTIME__HTTP__API_KEY: ")
    assert key not in text
    (tmp_path / "key").write_text(key)
    text = refusal(http, API_KEY_FILE="key")
    assert text.startswith("AGENT_RUNTIME__HTTP__API_KEY_FILE: ")
    assert key not in text


@pytest.mark.parametrize("name", ["api_key", "api_key_file"])
def test_a_key_does_not_stand_in_the_file_nor_on_a_command_line(http: Make, tmp_path: Path, name: str) -> None:
    text = refusal(http, f"http:\n  {name}: {KEY}\n")
    assert f"put it in the environment as AGENT_RUNTIME__HTTP__{name.upper()}" in text
    assert KEY not in text
    (tmp_path / "config.yaml").unlink()
    with pytest.raises(Misconfigured, match="can be read by others"):
        load(None, {f"http.{name}": KEY}, {}, tmp_path)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_holds_the_key_and_one_line_break(http: Make, tmp_path: Path, ending: str) -> None:
    (tmp_path / "key").write_bytes(f"{KEY}{ending}".encode())
    settings = http(API_KEY_FILE="key").http
    assert settings.api_key == SecretStr(KEY)
    assert settings.api_key_file == tmp_path / "key"


@pytest.mark.parametrize("content", ["", "\n", f"{KEY}\n\n", f"{KEY}\n{KEY}", f" {KEY}"])
def test_a_file_that_holds_anything_else_is_refused(http: Make, tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    text = refusal(http, API_KEY_FILE="key")
    assert f"{tmp_path}/key must hold one key and nothing else" in text
    assert KEY not in text


def test_a_key_is_given_once_and_its_file_can_be_read(http: Make, tmp_path: Path) -> None:
    assert "no such file" in refusal(http, API_KEY_FILE="nowhere").lower()
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(stat.S_IRUSR)
    assert "given twice" in refusal(http, API_KEY_FILE="key", API_KEY=KEY)


def test_an_empty_key_is_none(http: Make) -> None:
    assert http(API_KEY="").http.api_key is None


def test_a_key_is_not_in_what_is_shown(http: Make) -> None:
    settings = http(API_KEY=KEY)
    told = (repr(settings), str(shown(settings)), settings.model_dump_json(), str(settings.http))
    assert not any(KEY in text for text in told)
    assert shown(settings)["http.api_key"] == "***"


@pytest.mark.parametrize("text", ["chat.example.org, [::1]:4500", '["Chat.Example.org", "[::1]:4500"]'])
def test_hosts_are_names_as_they_come_in_a_header(http: Make, text: str) -> None:
    assert http(HOSTS=text).http.hosts == ("chat.example.org", "[::1]:4500")


@pytest.mark.parametrize("text", ["https://chat.example.org", "*", "a/b", "a b", "ü", "[1", '[["a"]]'])
def test_what_no_host_header_says_is_refused(http: Make, text: str) -> None:
    assert refusal(http, HOSTS=text).startswith("AGENT_RUNTIME__HTTP__HOSTS: ")


@pytest.mark.parametrize("text", ["https://chat.example.org", "HTTPS://Chat.example.org/"])
def test_origins_are_those_of_pages(http: Make, text: str) -> None:
    assert http(CORS_ORIGINS=text).http.cors_origins == ("https://chat.example.org",)


@pytest.mark.parametrize("text", ["*", "null", "chat.example.org", "https://a.example/b", "file://a", "https://a@b.c"])
def test_what_is_no_origin_is_refused(http: Make, text: str) -> None:
    assert refusal(http, CORS_ORIGINS=text).startswith("AGENT_RUNTIME__HTTP__CORS_ORIGINS: ")
