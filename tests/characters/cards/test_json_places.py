"""Everything in a JSON text is found at its line and column."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.characters.cards.json_places import json_document
from agent_runtime.core.errors import InvalidFile

TEXT = """{
  "name": "Zoë",\t"tags": [1, {"a b": null}, "\\u0041\\n"],
  "deep": {"list": [[true], []], "": -1.5e3}
}"""


@pytest.mark.parametrize(
    ("path", "value", "key", "spelling"),
    [
        ((), (1, 1), (1, 1), ""),
        (("name",), (2, 11), (2, 3), "Zoë"),
        (("tags", 0), (2, 27), (2, 27), "1"),
        (("tags", 1, "a b"), (2, 38), (2, 31), "null"),
        (("tags", 2), (2, 45), (2, 45), "A\n"),
        (("deep", "list", 0, 0), (3, 22), (3, 22), "true"),
        (("deep", ""), (3, 38), (3, 34), "-1.5e3"),
    ],
)
def test_values_and_keys_have_their_places(
    path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int], spelling: str
) -> None:
    document = json_document(TEXT.encode(), "a.json")
    assert document.data == json.loads(TEXT)
    assert (document.place(path), document.key_place(path)) == (value, key)
    assert document.marks[path].spelling == spelling


def test_a_byte_order_mark_takes_no_place() -> None:
    document = json_document(b'\xef\xbb\xbf\r\n {"a": 1}', "a.json")
    assert (document.place(("a",)), document.lines[1]) == ((2, 8), ' {"a": 1}')


@pytest.mark.parametrize(
    ("raw", "place", "message"),
    [
        (b" \n", (1, 1), "found nothing"),
        (b"[]", (1, 1), "found a list"),
        (b'{"a": 1,\n  b}', (2, 3), "this is not JSON"),
    ],
)
def test_what_is_no_object_is_refused(raw: bytes, place: tuple[int, int], message: str) -> None:
    with pytest.raises(InvalidFile, match=message) as caught:
        json_document(raw, "a.json")
    assert (caught.value.findings[0].line, caught.value.findings[0].column) == place


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
)
_KEYS = st.text(st.sampled_from('ab"\\é\n'))
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), _VALUES), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_every_value_of_any_text_begins_where_it_is_said_to(
    told: dict[str, object], indent: int | str | None, is_ascii: bool
) -> None:
    text = json.dumps(told, indent=indent, ensure_ascii=is_ascii)
    document = json_document(text.encode(), "a.json")
    lines = text.split("\n")
    for path in document.marks:
        value: object = told
        for part in path:
            value = value[part]  # type: ignore[index]
        line, column = document.place(path)
        found, _ = json.JSONDecoder().raw_decode("\n".join([lines[line - 1][column - 1 :], *lines[line:]]))
        assert found == value
