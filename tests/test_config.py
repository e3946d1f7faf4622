"""Settings: precedence, origins, and errors that say where and what to do without repeating a secret."""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from agent_runtime.casting import pacing_of
from agent_runtime.config import Loaded, Settings, load, load_settings, shown
from agent_runtime.config.sources import KEYS, variable
from agent_runtime.core.errors import InvalidFile, Misconfigured
from agent_runtime.narration.rules import Pacing

Load = Callable[..., Loaded]
ROOT = Path(__file__).parent.parent
SECRET = "sk-canary-1234"


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    def load_here(
        file: str | None = None,
        dotenv: str | None = None,
        flags: Mapping[str, str] | None = None,
        **environ: str,
    ) -> Loaded:
        if file is not None:
            (tmp_path / "config.yaml").write_text(file)
        if dotenv is not None:
            (tmp_path / ".env").write_text(dotenv)
        return load(None, flags or {}, {f"AGENT_RUNTIME__{name}": value for name, value in environ.items()}, tmp_path)

    return load_here


def complaint(load_here: Load, *args: object, **kwargs: object) -> str:
    with pytest.raises(Misconfigured) as caught:
        load_here(*args, **kwargs)
    return str(caught.value)


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


@pytest.mark.parametrize("text", ["otto, vesper-quill", '["otto", "vesper-quill"]', "otto,,vesper-quill,otto,"])
def test_agents_are_a_list_with_commas_or_json(loaded: Load, text: str) -> None:
    assert loaded(AGENTS=text).settings.agents == ("otto", "vesper-quill")


@pytest.mark.parametrize(("text", "speed"), [("1", 1.0), ("2.5", 2.5), ("max", "max")])
def test_speed_is_a_number_or_max(loaded: Load, text: str, speed: float | str) -> None:
    assert loaded(NARRATION__SPEED=text).settings.narration.speed == speed
    assert loaded(f"narration: {{speed: {text}}}").settings.narration.speed == speed


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "fast", "1e9", ""])
def test_any_other_speed_is_refused(loaded: Load, text: str) -> None:
    assert 'expected "max" or a number above 0' in complaint(loaded, NARRATION__SPEED=text)


def test_a_seed_may_be_written_as_a_number(loaded: Load) -> None:
    assert loaded("narration: {seed: 7}").settings.narration.seed == "7"


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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "", "127.1"])
def test_listening_to_other_machines_is_refused_with_the_reason(loaded: Load, host: str) -> None:
    text = complaint(loaded, HTTP__HOST=host)
    assert text.startswith("AGENT_RUNTIME__HTTP__HOST: only this machine may connect while there are no API keys")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_listening_to_this_machine_is_fine(loaded: Load, host: str) -> None:
    assert loaded(HTTP__HOST=host).settings.http.host == host


@pytest.mark.parametrize("port", ["-1", "65536", "http", "4500.5", ""])
def test_what_is_no_port_is_refused(loaded: Load, port: str) -> None:
    assert complaint(loaded, HTTP__PORT=port).startswith("AGENT_RUNTIME__HTTP__PORT: ")


@pytest.mark.parametrize("value", ["true", "null", ".nan", "[1]"])
def test_a_port_in_the_file_is_a_number(loaded: Load, value: str) -> None:
    assert "config.yaml:1:14: " in complaint(loaded, f"http: {{port: {value}}}")


@pytest.mark.parametrize("zone", ["America/New_Yorc", "America", "../etc/passwd", "", "/etc/localtime", "x" * 300])
def test_an_unknown_time_zone_is_refused(loaded: Load, zone: str) -> None:
    assert complaint(loaded, TIME_ZONE=zone).startswith("AGENT_RUNTIME__TIME_ZONE: unknown time zone")


def test_a_time_zone_nearly_right_is_suggested(loaded: Load) -> None:
    assert "did you mean America/New_York?" in complaint(loaded, TIME_ZONE="America/NewYork")


@pytest.mark.parametrize("locale", ["xx_YY", "en-US", "", "../en", "english"])
def test_an_unknown_locale_is_refused(loaded: Load, locale: str) -> None:
    assert "LOCALE: unknown locale" in complaint(loaded, LOCALE=locale)


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


def test_a_model_that_is_called_needs_an_address_and_a_name(loaded: Load) -> None:
    assert "needs llm.base_url and llm.model" in complaint(loaded, "llm: {provider: openai_compat}")
    loaded("llm: {provider: openai_compat, model: m}", LLM__BASE_URL="http://127.0.0.1:1/v1")


def test_a_file_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"other\.yaml: there is no such file"):
        load(Path("other.yaml"), {}, {}, tmp_path)
    with pytest.raises(Misconfigured, match="Is a directory"):
        load(tmp_path, {}, {}, tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"locale: \xff\n")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        load(None, {}, {}, tmp_path)


def test_an_empty_folder_name_is_refused(loaded: Load) -> None:
    assert "DATA_DIR: expected a path" in complaint(loaded, DATA_DIR="")


def test_loading_changes_nothing_outside(loaded: Load, tmp_path: Path) -> None:
    before = dict(os.environ)
    (tmp_path / "config.yaml").write_text("locale: en_US\n")
    (tmp_path / "config.yaml").chmod(stat.S_IRUSR)
    loaded(dotenv="AGENT_RUNTIME__HTTP__PORT=1\n")
    assert dict(os.environ) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == [".env", "config.yaml"]
