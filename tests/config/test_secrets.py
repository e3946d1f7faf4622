"""Keys and passwords come from the environment or a file of their own, and are never shown or repeated."""

from pathlib import Path

import pytest

from agent_runtime.config import shown
from agent_runtime.config.sources import KEYS, variable
from agent_runtime.core.errors import InvalidFile
from tests.config.conftest import SECRET, Load, complaint


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"llm:\n  api_key: {SECRET}\n", "llm.api_key"),
        (f"llm: {{modle: x, api_key: {SECRET}}}\n", "llm.api_key"),
        (f"llm:\n  api_key:\n    - {SECRET}\n", "llm.api_key"),
        (f"llm:\n  api_key_file: {SECRET}\n", "llm.api_key_file"),
        (f"database:\n  url: postgresql://me:{SECRET}@host/x\n", "database.url"),
        (f"database:\n  url: postgresql://host/x?password={SECRET}\n", "database.url"),
        (f"redis:\n  url: redis://:{SECRET}@host\n", "redis.url"),
        (f"redis:\n  url: redis://:p/{SECRET}@host\n", "redis.url"),
        (f"llm:\n  base_url: https://me:{SECRET}@host/v1\n", "llm.base_url"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(loaded: Load, text: str, key: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        loaded(text)
    (finding,) = caught.value.findings
    assert "must not stand in a file" in finding.message
    assert finding.hint == f"put it in the environment as {variable(key)}"
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"llm:\n  api_keys: {SECRET}\n",
        f'llm:\n  api_key: "{SECRET}\n',
        f"llm:\n  api_key: |\n    x\n {SECRET}: [\n",
        f"redis: {{url: redis://:{SECRET}@host, ulr: 1}}\n",
    ],
)
def test_a_file_that_is_wrong_as_well_does_not_give_its_secret_away(loaded: Load, text: str) -> None:
    assert SECRET not in complaint(loaded, text)


def test_a_url_with_only_a_user_name_may_stand_in_the_file(loaded: Load) -> None:
    url = "postgresql://me@host:5432/x"
    assert loaded(f"database: {{url: {url}}}").settings.database.url == url


def test_a_key_on_the_command_line_is_refused(loaded: Load) -> None:
    text = complaint(loaded, flags={"llm.api_key": SECRET})
    assert "AGENT_RUNTIME__LLM__API_KEY" in text
    assert SECRET not in text


def test_a_key_comes_from_the_environment_and_is_never_shown(loaded: Load) -> None:
    settings = loaded(LLM__API_KEY=SECRET, REDIS__URL=f"redis://:{SECRET}@host").settings
    assert settings.llm.api_key is not None
    assert settings.llm.api_key.get_secret_value() == SECRET
    assert SECRET not in f"{settings!r} {settings} {shown(settings)}"
    assert shown(settings)["redis.url"] == "redis://***@host"
    assert set(shown(settings)) == set(KEYS)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_key_comes_from_a_file_with_or_without_a_last_newline(loaded: Load, tmp_path: Path, end: str) -> None:
    (tmp_path / "key").write_bytes(f"{SECRET}{end}".encode())
    settings = loaded(LLM__API_KEY_FILE="key").settings
    assert settings.llm.api_key is not None
    assert settings.llm.api_key.get_secret_value() == SECRET
    assert loaded(LLM__API_KEY="", LLM__API_KEY_FILE="key").settings == settings


@pytest.mark.parametrize("content", [b"", b"\n", b"one\ntwo\n", b"a b", b"key\n\n", b"\xff\xfe", b"k" * 20_000])
def test_a_file_that_does_not_hold_one_key_is_refused(loaded: Load, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    assert complaint(loaded, LLM__API_KEY_FILE="key").startswith("AGENT_RUNTIME__LLM__API_KEY_FILE: ")


@pytest.mark.parametrize("name", ["absent", ".", "a\0b"])
def test_a_key_file_that_cannot_be_read_is_named(loaded: Load, name: str) -> None:
    assert complaint(loaded, LLM__API_KEY_FILE=name).startswith("AGENT_RUNTIME__LLM__API_KEY_FILE: ")


@pytest.mark.parametrize("name", ["LLM__API_KEY", "REDIS__URL", "HTTP__PORT"])
def test_a_value_that_is_not_text_is_refused_and_not_repeated(loaded: Load, name: str) -> None:
    text = complaint(loaded, **{name: f"{SECRET}\udcff"})
    assert text == f"AGENT_RUNTIME__{name}: the value is not UTF-8 text"


def test_a_key_given_twice_is_refused(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    text = complaint(loaded, LLM__API_KEY=SECRET, LLM__API_KEY_FILE="key")
    assert "given twice" in text
    assert SECRET not in text
