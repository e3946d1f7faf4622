"""The envelope: read strictly where it matters, kindly where it does not; everything else is a dead letter."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from agent_runtime.core.events import EVENT_LIMIT_BYTES, BadEvent, Envelope, parse_envelope, read_envelope

NOW = 1_767_306_000_000


def body(**fields: Any) -> dict[str, Any]:
    return {
        "id": "e-1",
        "timestamp": NOW - 5,
        "type": "auction:start",
        "source": "auction-engine",
        "version": "1.0",
        "data": {},
        **fields,
    }


def parsed(**fields: Any) -> Envelope:
    """The envelope, the same whether it comes as bytes or as a decoded value."""
    envelope = parse_envelope(to_json(body(**fields)), NOW)
    assert read_envelope(body(**fields), NOW) == envelope
    return envelope


def reason(raw: bytes) -> str:
    with pytest.raises(BadEvent) as caught:
        parse_envelope(raw, NOW)
    return caught.value.reason


def test_an_envelope_survives_being_written_and_read() -> None:
    envelope = parsed(data={"auctionId": "a", "amount": "0.1"})
    assert parse_envelope(envelope.as_json(), NOW) == envelope


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\xff\xfe", "bad_encoding"),
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"not json", "bad_json"),
        (b"[" * 60_000, "bad_json"),
        (b'{"id":"\\ud800"}', "bad_json"),
        (b"{}", "bad_shape"),
        (b"[]", "bad_shape"),
        (b'"x"', "bad_shape"),
        (b"null", "bad_shape"),
        (b" " * (EVENT_LIMIT_BYTES + 1), "too_big"),
        (to_json(body()).replace(b"{}", b'{"x":1e400}'), "bad_json"),
        (to_json(body()).replace(b"{}", b'{"x":[0,{"y":["z",1e400]}]}'), "bad_json"),
        (to_json(body()).replace(b"{}", b'{"x":NaN}'), "bad_json"),
        (to_json(body()).replace(b"{}", b'{"x":[-1' + b"0" * 400 + b".0]}"), "bad_json"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value,
)
def test_what_cannot_be_read_is_a_dead_letter_with_its_reason(raw: bytes, why: str) -> None:
    assert reason(raw) == why


@pytest.mark.parametrize(
    "fields",
    [
        {"id": None},
        {"id": 5},
        {"id": "  "},
        {"id": "\0"},
        {"type": 5},
        {"type": ""},
        {"type": "auction start"},
        {"type": "a:b:c:d:e"},
        {"type": "x" * 65},
        {"data": None},
        {"data": []},
        {"data": "x"},
    ],
    ids=str,
)
def test_an_envelope_of_another_shape_is_a_dead_letter(fields: dict[str, Any]) -> None:
    assert reason(to_json(body(**fields))) == "bad_shape"


@pytest.mark.parametrize("version", ["2", "2.0", "", "1.x", 1, None])
def test_another_major_version_is_a_dead_letter(version: object) -> None:
    assert reason(to_json(body(version=version))) == "bad_version"


@pytest.mark.parametrize("version", ["1", "1.0", "1.0.0", "1.7"])
def test_the_known_major_version_is_read(version: str) -> None:
    assert parsed(version=version).version == version


def test_a_version_or_a_source_that_is_missing_is_no_fault() -> None:
    fields = body()
    del fields["version"], fields["source"]
    envelope = parse_envelope(to_json(fields), NOW)
    assert (envelope.version, envelope.source) == ("1.0", "")


@pytest.mark.parametrize(("sent", "read"), [(NOW - 5, NOW - 5), (1_767_306_000, NOW), (1_767_306_000.5, NOW + 500)])
def test_seconds_and_milliseconds_are_told_apart_by_their_size(sent: float, read: int) -> None:
    assert parsed(timestamp=sent).timestamp == read


@pytest.mark.parametrize("sent", [1e18, -1, 0, "soon", True, None, [], 4_102_444_800_001, 10**30])
def test_a_timestamp_that_makes_no_sense_becomes_the_moment_of_receipt(sent: object) -> None:
    assert parsed(timestamp=sent).timestamp == NOW


def test_a_long_id_is_hashed_so_that_it_still_tells_events_apart() -> None:
    first, second = parsed(id="x" * 10_000), parsed(id="x" * 10_000 + "y")
    assert len(first.id) == 64
    assert first.id != second.id


def test_nul_characters_are_taken_out_of_every_text() -> None:
    envelope = parsed(data={"a\0": ["b\0", {"c": "d\0"}]}, id="e\0-1")
    assert (envelope.data, envelope.id) == ({"a": ["b", {"c": "d"}]}, "e-1")


def test_a_decoded_value_is_held_to_the_same_limits() -> None:
    for bad, why in (
        (body(data={"x": "y" * EVENT_LIMIT_BYTES}), "too_big"),
        (body(data={"x": float("inf")}), "bad_json"),
        (body(data={"x": [1.5, {"y": float("nan")}]}), "bad_json"),
    ):
        with pytest.raises(BadEvent) as caught:
            read_envelope(bad, NOW)
        assert caught.value.reason == why


def test_a_large_honest_number_is_no_fault() -> None:
    data = {"x": 1e300, "id": "5e123", "deep": [[1.5, "NaN"], {"y": 10**400}]}
    assert parsed(data=data).data == data


@given(st.binary(max_size=200))
def test_any_bytes_are_an_envelope_or_a_dead_letter(raw: bytes) -> None:
    try:
        assert isinstance(parse_envelope(raw, NOW), Envelope)
    except BadEvent as bad:
        assert bad.reason in {"bad_encoding", "bad_json", "bad_shape", "bad_version"}
