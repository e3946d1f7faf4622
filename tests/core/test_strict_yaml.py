"""YAML read strictly: plain data with places, and a finding at the right place for everything else."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.core.strict_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, load

GOOD = "name: Vesper\nlist: [1, two, {three: 3.5}]\n"
MERGES = "".join(f"  - &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: 1}}\n" for n in range(1, 23))
BAD = {
    "Y1 a python tag": ("a: 1\nb: !!python/object/apply:os.system [echo]", 2, 4, "tags such as"),
    "Y1 a plain tag": ("a: !!str 1", 1, 4, "tags such as"),
    "Y1 the tag that says nothing": ("a: ! 1", 1, 4, "tags such as"),
    "Y2 an alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 1, 4, "anchors such as '&a'"),
    "Y2 an alias": ("a: *somewhere", 1, 4, "aliases such as '*somewhere'"),
    "Y3 nested merge keys": (f"list:\n  - &m0 {{k: 1}}\n{MERGES}", 2, 5, "anchors such as '&m0'"),
    "Y3 a merge key": ("a: {x: 1}\nb: {<<: {y: 2}}", 2, 5, "merge keys"),
    "Y5 brackets without end": ("[" * 30_000, 1, MAX_DEPTH + 2, "nested more than 20 levels"),
    "Y5 braces without end": ("a: " + "{a: " * 10_000, 1, 81, "nested more than 20 levels"),
    "Y5 dashes without end": ("- " * 10_000, 1, 43, "nested more than 20 levels"),
    "Y6 a flat list": ("a:\n" + "- 1\n" * 60_000, MAX_NODES - 1, 3, "more than 20000 values"),
    "Y6 a megabyte": ("a: " + "x" * 1_000_000, 1, 1, "larger than 256 KB"),
    "Y7 a list that holds itself": ("a: &a [*a]", 1, 4, "anchors such as '&a'"),
    "Y8 a key twice": ("name: a\nage: 2\nname: b", 3, 1, "duplicate key 'name'"),
    "Y8 a key twice in brackets": ("a: {b: 1, 'b': 2}", 1, 11, "duplicate key 'b'"),
    "Y10 not a number": ("a: .nan", 1, 4, "out of range"),
    "Y10 infinity": ("a: [-.inf]", 1, 5, "out of range"),
    "Y10 infinity in digits": ("a: 1e999", 1, 4, "out of range"),
    "Y11 a number of 5000 digits": ("a: " + "9" * 5_000, 1, 4, "out of range"),
    "Y11 more than 64 bits": ("a: 0xFFFFFFFFFFFFFFFF", 1, 4, "out of range"),
    "Y11 a directive of 5000 digits": (f"%YAML {'1' * 5_000}.1\n---\na: 1", 1, 7, "cannot be read"),
    "Y13 a list as a key": ("a: 1\n[b]: 2", 2, 1, "a key must be text"),
    "Y13 a mapping as a key": ("? {b: 1}\n: 2", 1, 3, "a key must be text"),
    "Y13 a number as a key": ("1: one", 1, 1, "a key must be text"),
    "Y13 nothing as a key": ("a: {null: 1}", 1, 5, "a key must be text"),
    "Y13 a tab": ("a:\n\tb: 1", 2, 1, "a tab cannot be used here"),
    "Y13 a second document": ("a: 1\n---\nb: 2", 2, 1, "a second document begins here"),
    "Y13 NUL": ("a: b\x00c", 1, 5, "U+0000 is not allowed"),
    "Y13 NUL in an escape": ('a: 1\nb: "x\\0"', 2, 4, "NUL and half characters"),
    "Y13 half a character": ("a: 1\nb: \ud800", 2, 4, "not UTF-8 text"),
    "Y13 half a character in an escape": ('a: "\\ud800"', 1, 4, "NUL and half characters"),
    "Y13 an escape beyond Unicode": ('a: "\\U00110000"', 1, 7, "cannot be read"),
    "Y13 UTF-16": ("a: 1".encode("utf-16"), 1, 1, "not UTF-8 text"),
    "Y13 UTF-16 without a mark": ("a: 1".encode("utf-16-le"), 1, 2, "U+0000 is not allowed"),
    "Y13 Latin-1": ("a: 1\nb: caf\xe9".encode("latin-1"), 2, 7, "not UTF-8 text"),
    "Y14 an empty file": ("", 1, 1, "expected a mapping, found an empty file"),
    "Y14 only a comment": ("# nothing\n", 1, 1, "expected a mapping, found an empty file"),
    "Y14 a text": ("hello", 1, 1, "expected a mapping, found text"),
    "Y14 a list": ("\n- a\n", 2, 1, "expected a mapping, found a list"),
    "Y14 null": ("null", 1, 1, "expected a mapping, found an empty file"),
    "an unclosed quote": ("a: 1\nb: 'x\nc: 2", 2, 4, "a quote is opened and never closed"),
    "an unclosed bracket": ("a: [1, 2", 1, 9, "brackets is not closed"),
    "a colon in a text": ("a: b: c", 1, 5, "a ':' is not allowed here"),
    "a line that does not line up": ("a:\n    b: 1\n  c: 2", 3, 3, "does not line up"),
}


def refusal(text: str | bytes) -> tuple[Finding, ...]:
    with pytest.raises(InvalidFile) as caught:
        load(text, "a.yaml")
    return caught.value.findings


@pytest.mark.parametrize(("text", "line", "column", "message"), BAD.values(), ids=BAD.keys())
def test_what_is_not_plain_data_is_refused_at_its_place_and_the_next_file_is_read(
    text: str | bytes, line: int, column: int, message: str
) -> None:
    first = refusal(text)[0]
    assert (first.file, first.line, first.column) == ("a.yaml", line, column)
    assert message in first.message
    assert load(GOOD, "b.yaml").data == {"name": "Vesper", "list": [1, "two", {"three": 3.5}]}


@pytest.mark.parametrize(
    "text", ["no", "on", "yes", "Off", "12:30:45", "190:20:30", "2024-01-01", "9999-99-99", "1_000", "=", "1.2.3", "+"]
)
def test_what_only_old_yaml_took_for_something_else_stays_text(text: str) -> None:
    assert load(f"a: {text}", "a.yaml").data == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0123", 123),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("TRUE", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("9223372036854775807", 2**63 - 1),
        ("'0123'", "0123"),
        ('"null"', "null"),
        ("|\n  1", "1"),
    ],
)
def test_numbers_booleans_and_null_are_those_of_yaml_1_2(text: str, value: object) -> None:
    data = load(f"a: {text}", "a.yaml").data
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


def test_a_duplicate_key_is_refused_naming_both_lines() -> None:
    (finding,) = refusal("name: a\nage: 2\nname: b")
    assert str(finding) == (
        "a.yaml:3:1: duplicate key 'name' (it is on line 1 already)\n    name: b\n    ^"  # the caret is under the key
    )
    assert finding.path == "/name"


def test_every_fault_of_the_data_is_listed_at_once_but_not_without_end() -> None:
    assert [(each.line, each.column) for each in refusal("a: &x 1\nb: .nan\nc: !t 1\nb: 2")] == [
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 1),
    ]
    assert len(refusal("\n".join(f"a{n}: .inf" for n in range(1_000)))) == 50


def test_a_value_knows_where_it_and_its_key_begin() -> None:
    document = load("name: a\nrows:\n  - [1, {deep:   x}]\ntext: |\n  line\n", "a.yaml")
    assert document.place(("name",)) == (1, 7)
    assert document.key_place(("rows",)) == (2, 1)
    assert document.place(("rows", 0, 1)) == (3, 9)
    assert document.place(("rows", 0, 1, "deep")) == (3, 18)
    assert document.key_place(("rows", 0, 1, "deep")) == (3, 10)
    assert document.place(("rows", 0, 1, "missing", 3)) == (3, 9)
    assert document.place(("nowhere",)) == (1, 1)
    assert document.place(("text",)) == (4, 7)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    document = load(b"\xef\xbb\xbfname: a", "a.yaml")
    assert document.data == {"name": "a"}
    assert document.place(("name",)) == (1, 7)


def test_the_largest_file_allowed_is_read_and_one_byte_more_is_refused() -> None:
    letters = (MAX_BYTES - 6) // 2
    text = f"a: '{'é' * letters}'\n"
    assert len(text.encode()) == MAX_BYTES
    assert load(text, "a.yaml").data == {"a": "é" * letters}
    assert "larger" in refusal(text + " ")[0].message


def test_a_document_of_twenty_levels_is_read() -> None:
    value = load("a: " + "[" * (MAX_DEPTH - 1) + "x" + "]" * (MAX_DEPTH - 1), "a.yaml").data["a"]
    for _ in range(MAX_DEPTH - 1):
        (value,) = value
    assert value == "x"


def test_a_long_line_is_cut_in_the_excerpt_and_a_place_beyond_the_cut_has_none() -> None:
    near = refusal("a: &x " + "y" * 500)[0]
    far = refusal("a: " + "y" * 500 + "\x07")[0]
    assert near.excerpt.endswith("y…")
    assert len(near.excerpt) < 170
    assert (far.column, far.excerpt) == (504, "")


TOKENS = "a¦b: ¦- ¦\n¦  ¦[¦]¦{¦}¦: ¦? ¦&a ¦*a¦!t ¦!!str ¦'¦\"¦\\¦|¦>-¦\t¦#¦%YAML ¦---\n¦...\n¦,¦<<¦1¦.nan¦~¦@¦`"
ODD = "\r¦\x85¦\u2028¦\ufeff¦\x00¦\ud800¦é¦\\u¦\\x4¦\\UFFFFFFFF¦!<¦%¦0x¦-¦."
yaml_like = st.lists(st.sampled_from(f"{TOKENS}¦{ODD}".split("¦")), max_size=40).map("".join)


@settings(max_examples=1_500, deadline=None)
@given(st.one_of(yaml_like, st.text(max_size=200), st.binary(max_size=200)))
def test_no_text_does_anything_but_load_or_be_refused_with_a_place_inside_it(text: str | bytes) -> None:
    try:
        document = load(text, "a.yaml")
    except InvalidFile as refused:
        assert refused.findings
        assert all(each.line >= 1 and each.column >= 1 and each.message for each in refused.findings)
        assert str(refused).encode()
    else:
        assert _is_plain(document.data)
        assert all(line >= 1 and column >= 1 for line, column in (document.place(path) for path in document.marks))


def _is_plain(value: object) -> bool:
    match value:
        case dict():
            return all(type(key) is str and _is_plain(each) for key, each in value.items())
        case list():
            return all(_is_plain(each) for each in value)
        case float():
            return math.isfinite(value)
        case str():
            return bool(value.encode() or True)
        case _:
            return value is None or type(value) in (bool, int)
