"""What each setting may be: other values are refused with the reason."""

import pytest

from tests.config.conftest import Load, complaint


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


def test_a_model_that_is_called_needs_an_address_and_a_name(loaded: Load) -> None:
    assert "needs llm.base_url and llm.model" in complaint(loaded, "llm: {provider: openai_compat}")
    loaded("llm: {provider: openai_compat, model: m}", LLM__BASE_URL="http://127.0.0.1:1/v1")


def test_an_empty_folder_name_is_refused(loaded: Load) -> None:
    assert "DATA_DIR: expected a path" in complaint(loaded, DATA_DIR="")
