"""What does not fit a model is said in people's words, all at once, each at its own place."""

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.strict_yaml import load, validate


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    depth: int = Field(default=4, ge=0)
    role: Literal["system", "user"] = "system"
    ratio: float = 0.5


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    version: str = ""
    system: str = ""
    is_open: bool = False
    tags: tuple[str, ...] = ()
    only: tuple[str, ...] | Literal["*"] = ()
    inner: Inner = Inner()
    rows: tuple[tuple[Inner, ...], ...] = ()
    by_name: dict[str, Inner] = {}


def complaints(text: str) -> list[Finding]:
    with pytest.raises(InvalidFile) as caught:
        validate(Outer, load(text, "a.yaml"))
    return list(caught.value.findings)


def test_secrets_are_left_out_of_excerpts_and_hints() -> None:
    finding = complaints("name: a\nllm: {api_key: hunter2, url: 'redis://me:hunter2@host'}\ntoken: hunter2")
    assert "hunter2" not in "\n".join(str(each) for each in finding)


def test_an_unknown_key_is_refused_at_the_key_with_the_nearest_known_one() -> None:
    (top,) = complaints("name: a\n  \nsytem_prompt: hello")
    assert (top.line, top.column, top.path) == (3, 1, "/sytem_prompt")
    assert str(top) == "a.yaml:3:1: unknown key 'sytem_prompt' (did you mean 'system'?)\n    sytem_prompt: hello\n    ^"
    (inner,) = complaints("name: a\nrows: [[{rol: user}]]")
    assert (inner.line, inner.column, inner.hint) == (2, 10, "did you mean 'role'?")
    (by_name,) = complaints("name: a\nby_name:\n  x: {depht: 3}")
    assert (by_name.line, by_name.column, by_name.hint) == (3, 7, "did you mean 'depth'?")
    (nothing_near,) = complaints("name: a\ninner: {zzz: 3}")
    assert nothing_near.hint == "known keys: depth, role, ratio"


def test_a_number_where_text_is_expected_asks_for_quotes_and_shows_how() -> None:
    (finding,) = complaints("name: a\nversion: 1.10")
    assert str(finding) == (
        'a.yaml:2:10: expected text, got a number (put it in quotes: "1.10")\n    version: 1.10\n             ^'
    )
    (octal,) = complaints("name: 0123")
    assert octal.hint == 'put it in quotes: "0123"'


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("version: '1'", 1, 1, "'name' is missing"),
        ("name: ''", 1, 7, "must have at least 1 character(s)"),
        ("name:", 1, 6, "expected text, got nothing"),
        ("name: true", 1, 7, "expected text, got true"),
        ("name: [a]", 1, 7, "expected text, got a list"),
        ("name: a\ntags: one", 2, 7, "expected a list, got 'one'"),
        ("name: a\ntags:\n  - a\n  - {b: c}", 4, 5, "expected text, got a mapping"),
        ("name: a\nonly: 5", 2, 7, "expected a list, got a number; or: expected '*'"),
        ("name: a\nonly: [a, 5]", 2, 11, "expected text, got a number"),
        ("name: a\ninner: [1]", 2, 8, "expected a mapping ('key: value'), got a list"),
        ("name: a\ninner:\n  depth: much", 3, 10, "expected a whole number, got 'much'"),
        ("name: a\ninner:\n  depth: -1", 3, 10, "must be at least 0"),
        ("name: a\ninner: {ratio: high}", 2, 16, "expected a number, got 'high'"),
        ("name: a\ninner: {role: sytem}", 2, 15, "expected 'system' or 'user', got 'sytem'"),
        ("name: a\nis_open: perhaps", 2, 10, "expected true or false, got 'perhaps'"),
    ],
)
def test_what_does_not_fit_the_model_is_told_in_words_at_the_value(
    text: str, line: int, column: int, message: str
) -> None:
    (finding,) = complaints(text)
    assert (finding.line, finding.column, finding.message) == (line, column, message)


def test_all_that_does_not_fit_is_listed_at_once_in_the_order_of_the_file() -> None:
    found = complaints("tags: one\nverison: 2\ninner: {depth: x, roel: user}\nrows: [[{depth: y}], 3]")
    assert [(each.line, each.column) for each in found] == [(1, 1), (1, 7), (2, 1), (3, 16), (3, 19), (4, 17), (4, 22)]


def test_a_good_document_becomes_the_model() -> None:
    outer = validate(Outer, load("name: no\nonly: '*'\nrows: [[{depth: 2}]]\nversion: '1.10'", "a.yaml"))
    assert (outer.name, outer.only, outer.rows[0][0].depth, outer.version) == ("no", "*", 2, "1.10")


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.text(st.characters(codec="ascii", exclude_categories=["C"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(json_like)
def test_whatever_is_written_for_a_model_becomes_the_model_or_findings(value: object) -> None:
    text = "name: a\n" + "".join(f"{key}: {_flow(value)}\n" for key in ("tags", "only", "inner", "rows", "by_name"))
    document = load(text, "a.yaml")
    try:
        validate(Outer, document)
    except InvalidFile as refused:
        assert all(2 <= each.line <= 6 for each in refused.findings)


def _flow(value: object) -> str:
    """A value in YAML's own brackets and quotes."""
    match value:
        case list():
            return f"[{', '.join(_flow(each) for each in value)}]"
        case dict():
            return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case None:
            return "null"
        case _:
            return str(value).lower()
