"""A model is only called where it may be called, with a key only where nobody can listen."""

import pytest
from pydantic import SecretStr

from agent_runtime.core.errors import Misconfigured
from agent_runtime.llm.endpoint import completions_url
from agent_runtime.llm.openai_compat import OpenAICompat

KEY = SecretStr("sk-canary")


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://api.example.org/v1", "https://api.example.org/v1/chat/completions"),
        ("https://api.example.org/v1/ ", "https://api.example.org/v1/chat/completions"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/chat/completions"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"),
        ("http://[::ffff:127.0.0.1]/v1", "http://[::ffff:7f00:1]/v1/chat/completions"),
    ],
)
def test_completions_live_below_the_base(base: str, url: str) -> None:
    assert str(completions_url(base, KEY)).replace("127.0.0.1]", "7f00:1]") == url


def test_without_a_key_plain_http_may_go_to_other_machines() -> None:
    assert completions_url("http://192.168.1.9:8000/v1", None).host == "192.168.1.9"


@pytest.mark.parametrize(
    "base",
    [
        "",
        "api.example.org/v1",
        "ftp://example.org/v1",
        "file:///etc/passwd",
        "http:///v1",
        "https://user:pass@example.org/v1",
        "https://user@example.org/v1",
        "https://example.org/v1?key=1",
        "https://example.org/v1#x",
        "https://example.org/v1/chat/completions",
        "https://example.org:99999/v1",
        "http://169.254.169.254/latest",
        "http://[fe80::1]/v1",
        "http://[fe80::1%25eth0]/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[fd00:ec2::254]/v1",
        "http://2852039166/v1",
        "http://0xa9fea9fe/v1",
        "http://169.254.43518/v1",
        "http://0251.0376.0251.0376/v1",
        "http://metadata.google.internal/v1",
        "http://METADATA.google.internal./v1",
        "http://100.100.100.200/v1",
    ],
)
def test_other_addresses_are_refused(base: str) -> None:
    with pytest.raises(Misconfigured, match=r"llm\.base_url"):
        OpenAICompat(base, "tiny")


@pytest.mark.parametrize("base", ["http://example.org/v1", "http://192.168.1.9/v1", "http://0.0.0.0/v1"])
def test_a_key_does_not_travel_unencrypted(base: str) -> None:
    with pytest.raises(Misconfigured, match="unencrypted") as failure:
        OpenAICompat(base, "tiny", KEY)
    assert "canary" not in str(failure.value)


@pytest.mark.parametrize("key", ["", "sk canary", "sk-canary\r\nHost: evil", "sk-canaryé"])
def test_a_key_that_cannot_stand_in_a_header_is_refused(key: str) -> None:
    with pytest.raises(Misconfigured, match=r"llm\.api_key") as failure:
        OpenAICompat("https://example.org/v1", "tiny", SecretStr(key))
    assert "canary" not in str(failure.value)
