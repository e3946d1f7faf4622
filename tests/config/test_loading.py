"""Settings: precedence, origins, and errors that say where and what to do."""

import os
import stat
from pathlib import Path

import pytest
import yaml

from agent_runtime.casting import pacing_of
from agent_runtime.config import Settings, load, load_settings
from agent_runtime.config.sources import KEYS
from agent_runtime.core.errors import InvalidFile, Misconfigured
from agent_runtime.narration.rules import Pacing
from tests.config.conftest import ROOT, SECRET, Load, complaint


def test_without_anything_given_the_defaults_hold_and_paths_are_absolute(loaded: Load, tmp_path: Path) -> None:
    settings, origins = loaded()
    assert settings.http.host == "127.0.0.1"
    assert settings.http.port == 4500
    assert settings.agents is None
    assert settings.data_dir == tmp_path / ".data"
    assert set(origins) == set(KEYS)
    assert set(origins.values()) == {"default"}


def test_flag_beats_environment_beats_dotenv_beats_file_beats_default(loaded: Load, tmp_path: Path) -> None:
    file, dotenv = "http:\n  port: 4001\n", "AGENT_RUNTIME__HTTP__PORT=4002\n"
    environ, flags = {"HTTP__PORT": "4003"}, {"http.port": "4004"}
    seen = [
        loaded(file),
        loaded(file, dotenv),
        loaded(file, dotenv, **environ),
        loaded(file, dotenv, flags, **environ),
    ]
    assert [each.settings.http.port for each in seen] == [4001, 4002, 4003, 4004]
    assert [each.origins["http.port"] for each in seen] == [
        f"{tmp_path}/config.yaml:2:9",
        ".env:1: AGENT_RUNTIME__HTTP__PORT",
        "AGENT_RUNTIME__HTTP__PORT",
        "flag http.port",
    ]


def test_an_empty_variable_takes_back_what_the_file_says(loaded: Load) -> None:
    settings = loaded("redis:\n  url: redis://elsewhere\nagents: [otto]\n", REDIS__URL="", AGENTS="").settings
    assert settings.redis.url == ""
    assert settings.agents is None


def test_the_shipped_file_shows_the_defaults(tmp_path: Path) -> None:
    text = (ROOT / "config.yaml").read_text()
    lines = [line.removeprefix("#").removeprefix(" ") for line in text.splitlines()[4:]]
    written = "\n".join(line for line in lines if not line.startswith("agents"))
    (tmp_path / "config.yaml").write_text(written)
    assert set(yaml.safe_load(written)) == set(Settings.model_fields) - {"agents"}
    assert load_settings(None, {}, {}, tmp_path) == load_settings(ROOT / "config.yaml", {}, {}, tmp_path)
    assert load_settings(None, {}, {}, tmp_path).model_fields_set > {"http", "narration"}


def test_the_defaults_of_narration_are_those_of_its_rules(loaded: Load) -> None:
    assert pacing_of(loaded().settings.narration) == Pacing()


def test_a_section_with_everything_commented_out_is_left_at_its_defaults(loaded: Load) -> None:
    assert loaded("http:\n  # port: 1\nllm:\n").settings.http.port == 4500


@pytest.mark.parametrize("text", ["", "# nothing\n\n"])
def test_a_file_that_says_nothing_is_fine(loaded: Load, text: str) -> None:
    assert loaded(text).settings.http.port == 4500


def test_errors_in_the_file_come_all_at_once_with_place_and_suggestion(loaded: Load, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as caught:
        loaded("http:\n  prot: 1\n  port: 70000\nlog: {level: loud}\nnarration: {gap_s: 10s}\n")
    found = [(each.line, each.column, each.message, each.hint) for each in caught.value.findings]
    assert found == [
        (2, 3, "unknown key 'prot'", "did you mean 'port'?"),
        (3, 9, "must be at most 65535", ""),
        (4, 14, "expected 'debug', 'info', 'warning' or 'error', got 'loud'", ""),
        (5, 20, "expected a number, got '10s'", ""),
    ]
    assert str(caught.value).startswith(f"{tmp_path}/config.yaml:2:3: unknown key 'prot'")


def test_errors_elsewhere_come_all_at_once_with_the_name_of_what_set_them(loaded: Load) -> None:
    text = complaint(
        loaded,
        dotenv="\n\nAGENT_RUNTIME__LLM__IDLE_S=-1\n",
        flags={"chat.window": "many"},
        HTTP__PORT="70000",
    )
    assert sorted(text.splitlines()) == [
        ".env:3: AGENT_RUNTIME__LLM__IDLE_S: must be more than 0.0",
        "AGENT_RUNTIME__HTTP__PORT: must be at most 65535",
        "flag chat.window: expected a whole number, got 'many'",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AGENT_RUNTIME__HTTP__PROT", "AGENT_RUNTIME__HTTP__PORT"),
        ("AGENT_RUNTIME__http__port", "AGENT_RUNTIME__HTTP__PORT"),
        ("AGENT_RUNTIME_HTTP_PORT", "AGENT_RUNTIME__HTTP__PORT"),
        ("AGENT_RUNTIME__AGENT", "AGENT_RUNTIME__AGENTS"),
    ],
)
def test_a_variable_that_sets_nothing_is_an_error(tmp_path: Path, name: str, meant: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name}: .*did you mean {meant}"):
        load(None, {}, {name: SECRET}, tmp_path)
    (tmp_path / ".env").write_text(f"{name}={SECRET}\n")
    with pytest.raises(Misconfigured, match=rf"\.env:1: {name}: .*did you mean {meant}") as caught:
        load(None, {}, {}, tmp_path)
    assert SECRET not in str(caught.value)


def test_other_programs_variables_are_their_own_business(loaded: Load, tmp_path: Path) -> None:
    assert loaded(dotenv="OTHER=1\nexport AGENT_RUNTIME__HTTP__PORT='4600' # mine\n").settings.http.port == 4600
    load(None, {}, {"HOME": "/", "AGENT_RUNTIME_HOME": "x"}, tmp_path)


def test_a_line_of_dotenv_that_cannot_be_read_is_named_but_not_quoted(loaded: Load) -> None:
    text = complaint(loaded, dotenv=f'# keys\nAGENT_RUNTIME__LLM__API_KEY="{SECRET}\n')
    assert text == ".env:2: expected NAME=value"


def test_an_unknown_flag_is_an_error(loaded: Load) -> None:
    assert "did you mean http.port" in complaint(loaded, flags={"http.prt": "1"})


def test_a_file_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"other\.yaml: there is no such file"):
        load(Path("other.yaml"), {}, {}, tmp_path)
    with pytest.raises(Misconfigured, match="Is a directory"):
        load(tmp_path, {}, {}, tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"locale: \xff\n")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        load(None, {}, {}, tmp_path)


def test_loading_changes_nothing_outside(loaded: Load, tmp_path: Path) -> None:
    before = dict(os.environ)
    (tmp_path / "config.yaml").write_text("locale: en_US\n")
    (tmp_path / "config.yaml").chmod(stat.S_IRUSR)
    loaded(dotenv="AGENT_RUNTIME__HTTP__PORT=1\n")
    assert dict(os.environ) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == [".env", "config.yaml"]
