"""`config show`: what holds, where it was given, and never a secret."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from agent_runtime.cli.config_show import command as group
from agent_runtime.config.settings import Settings
from agent_runtime.config.sources import KEYS, variable
from tests.cli.invoking import invoked
from tests.process.runtime import command

CANARY = "canary-4f9d1c7e20"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for key in KEYS:
        monkeypatch.delenv(variable(key), raising=False)


def shown(*arguments: str) -> str:
    code, said, why = invoked(group, "show", *arguments)
    assert (code, why) == (0, "")
    return said


def test_every_setting_is_shown_as_yaml_and_as_json() -> None:
    tree = json.loads(shown("-o", "json"))
    assert yaml.safe_load(shown()) == tree
    assert set(tree) == set(Settings.model_fields)
    assert tree["http"]["port"] == 4500


def test_each_says_where_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").write_text("http:\n  port: 4001\nnarration:\n  seed: 7\n")
    (tmp_path / ".env").write_text("AGENT_RUNTIME__LOG__LEVEL=debug\n")
    monkeypatch.setenv("AGENT_RUNTIME__LLM__MODEL", "small")
    said = shown("--origin", "--set", "chat.window=7", "--data-dir", "here")
    for line in (
        f"data_dir: {tmp_path / 'here'}  # flag data_dir",
        "  port: 4001  # config.yaml:2:9",
        "  seed: '7'  # config.yaml:4:9",
        "  level: debug  # .env:1: AGENT_RUNTIME__LOG__LEVEL",
        "  model: small  # AGENT_RUNTIME__LLM__MODEL",
        "  window: 7  # flag chat.window",
        "  queue: 8  # default",
    ):
        assert line in said.splitlines()
    one = json.loads(shown("--origin", "-o", "json", "--set", "chat.window=7"))["chat"]["window"]
    assert one == {"value": 7, "origin": "flag chat.window"}


def test_yaml_without_secrets_can_be_given_back_as_a_file(tmp_path: Path) -> None:
    said = shown("--set", "llm.fallbacks=small,tiny", "--set", "narration.speed=max", "--set", "agents=wren")
    file = tmp_path / "given.yaml"
    file.write_text("".join(line for line in said.splitlines(keepends=True) if "api_key" not in line))
    assert shown("--config", str(file)) == said


def _secret_settings() -> list[str]:
    """Every setting whose name says that it is secret."""
    return [key for key in KEYS if key.endswith(("key", "password", "secret", "token"))]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, CANARY) for key in _secret_settings()),
        ("database.url", f"postgresql://agent:{CANARY}@127.0.0.1/agents"),
        ("database.url", f"postgresql://127.0.0.1/agents?user=a&password={CANARY}"),
        ("redis.url", f"redis://:{CANARY}@127.0.0.1/0"),
        ("redis.url", f"redis://127.0.0.1/0?password={CANARY}"),
        ("llm.base_url", f"http://user:{CANARY}@127.0.0.1/v1"),
        ("llm.base_url", f"http://127.0.0.1/v1?api_key={CANARY}"),
        ("llm.fallbacks", f'[{{"model": "small", "base_url": "http://127.0.0.1/v1?token={CANARY}"}}]'),
    ],
)
def test_no_secret_is_ever_shown(key: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable(key), value)
    for options in ((), ("--origin",), ("-o", "json"), ("-o", "json", "--origin")):
        said = shown(*options)
        assert CANARY not in said
        assert "***" in said


def test_a_key_out_of_a_file_is_said_to_come_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(CANARY)
    monkeypatch.setenv("AGENT_RUNTIME__LLM__API_KEY_FILE", "key")
    assert "  api_key: '***'  # AGENT_RUNTIME__LLM__API_KEY_FILE" in shown("--origin").splitlines()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--set", "http.prot=1"), "did you mean http.port?"),
        (("--set", "http.port=x"), "flag http.port"),
        (("--config", "none.yaml"), "there is no such file"),
    ],
)
def test_settings_that_cannot_hold_are_told_instead(arguments: tuple[str, ...], why: str) -> None:
    code, said, told = invoked(group, "show", *arguments)
    assert (code, said) == (2, "")
    assert why in told


def test_a_shell_sees_the_same(tmp_path: Path) -> None:
    done: CompletedProcess[bytes] = command("config", "show", environ={"AGENT_RUNTIME__HTTP__PROT": "1"}, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"did you mean AGENT_RUNTIME__HTTP__PORT?" in done.stderr
