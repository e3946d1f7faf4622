"""Settings of models: fallbacks in every spelling, limits, and keys that stay out of files and messages."""

from pathlib import Path

import pytest

from agent_runtime.config import load_settings
from agent_runtime.config.settings import Fallback, Settings
from agent_runtime.config.shown import shown
from agent_runtime.core.errors import Misconfigured

SECRET = "canary-of-settings"
PAIR = (Fallback(model="small"), Fallback(model="spare", base_url="https://example.org/v1"))


def loaded(folder: Path, yaml: str = "", **variables: str) -> Settings:
    (folder / "config.yaml").write_text(yaml)
    environ = {f"AGENT_RUNTIME__LLM__{name}": value for name, value in variables.items()}
    return load_settings(None, {}, environ, folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"model": "small"}, {"model": "spare", "base_url": "https://example.org/v1"}]', PAIR),
        ("small, ,spare", (Fallback(model="small"), Fallback(model="spare"))),
        ('["small"]', PAIR[:1]),
        ("", ()),
    ],
)
def test_fallbacks_may_come_from_the_environment(tmp_path: Path, text: str, expected: tuple[Fallback, ...]) -> None:
    assert loaded(tmp_path, FALLBACKS=text).llm.fallbacks == expected


def test_fallbacks_and_limits_may_stand_in_the_file(tmp_path: Path) -> None:
    fallbacks = "[small, {model: spare, base_url: 'https://example.org/v1'}]"
    llm = loaded(tmp_path, f"llm:\n  fallbacks: {fallbacks}\n  limits: {{tokens_per_day: 9}}\n").llm
    assert llm.fallbacks == PAIR
    assert (llm.limits.tokens_per_day, llm.limits.tokens_per_minute) == (9, 0)
    assert loaded(tmp_path, LIMITS__TOKENS_PER_MINUTE="7").llm.limits.tokens_per_minute == 7


@pytest.mark.parametrize(
    "text",
    [
        "[{]",
        '[{"modle": "x"}]',
        '[{"base_url": "https://x/v1"}]',
        "[7]",
        f'[{{"model":"x","base_url":"https://me:{SECRET}@x"}}]',
    ],
)
def test_fallbacks_that_make_no_sense_are_refused_without_being_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(Misconfigured, match="FALLBACKS") as failure:
        loaded(tmp_path, FALLBACKS=text)
    assert SECRET not in str(failure.value)


@pytest.mark.parametrize(
    "yaml",
    [
        f"llm: {{fallback_api_key: {SECRET}}}\n",
        f"llm:\n  fallbacks: [{{model: x, api_key: {SECRET}}}]\n",
        f"llm:\n  fallbacks:\n    - model: x\n      base_url: https://me:{SECRET}@host/v1\n",
    ],
)
def test_no_key_of_a_fallback_stands_in_the_file(tmp_path: Path, yaml: str) -> None:
    with pytest.raises(Misconfigured) as failure:
        loaded(tmp_path, yaml)
    assert SECRET not in str(failure.value)


def test_keys_are_not_shown(tmp_path: Path) -> None:
    flat = shown(loaded(tmp_path, API_KEY=SECRET, FALLBACK_API_KEY=SECRET, FALLBACKS="small"))
    assert (flat["llm.api_key"], flat["llm.fallback_api_key"]) == ("***", "***")
    assert flat["llm.fallbacks"] == [{"model": "small", "base_url": ""}]


@pytest.mark.parametrize("model", ["", "claude", "anthropic:", ":claude"])
def test_a_native_model_names_its_maker(tmp_path: Path, model: str) -> None:
    loaded(tmp_path, PROVIDER="native", MODEL="anthropic:claude-sonnet-4-5")
    with pytest.raises(Misconfigured, match="anthropic:claude-sonnet-4-5"):
        loaded(tmp_path, PROVIDER="native", MODEL=model)
    with pytest.raises(Misconfigured, match="anthropic:claude-sonnet-4-5"):
        loaded(tmp_path, PROVIDER="native", MODEL="anthropic:x", FALLBACKS=model or "claude")
