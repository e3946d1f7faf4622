"""Server-sent events are read as the standard says, however the bytes arrive."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_runtime.core.errors import ModelFailed
from agent_runtime.llm.sse import SseParser


def events(*pieces: bytes, line_limit: int = 1000, total_limit: int = 10_000) -> list[str]:
    parser = SseParser(line_limit, total_limit)
    found = [data for piece in pieces for data in parser.feed(piece)]
    return [*found, *parser.end()]


STREAM = "data: eins\n\n: c\n\nevent: x\ndata: zwei\ndata:  drei\n\ndata\n\nid: 7\ndata: ü😀\n\n".encode()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@given(cuts=st.lists(st.integers(0, 90), max_size=8))
def test_line_ends_and_cuts_make_no_difference(end: bytes, cuts: list[int]) -> None:
    stream = STREAM.replace(b"\n", end)
    places = [0, *sorted(cuts), len(stream)]
    pieces = [stream[start:stop] for start, stop in pairwise(places)]
    assert events(*pieces) == ["eins", "zwei\n drei", "", "ü😀"]


def test_an_event_is_given_as_soon_as_its_blank_line_is_there() -> None:
    parser = SseParser()
    assert list(parser.feed(b"data: a\r")) == []
    assert list(parser.feed(b"\n\r")) == ["a"]
    assert list(parser.feed(b"\ndata: b\n\n")) == ["b"]


def test_a_byte_order_mark_is_passed_over_at_the_beginning_only() -> None:
    assert events(b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n") == ["a"]


def test_bytes_that_are_not_utf8_are_malformed() -> None:
    with pytest.raises(ModelFailed, match="UTF-8"):
        events(b"data: \xff\n\n")


@pytest.mark.parametrize(
    "stream", [b"x" * 1001, b"data: " + b"x" * 995 + b"\n\n", b"data: 0123456789\n" * 100, b":\n" * 5001]
)
def test_lines_events_and_streams_have_a_limit(stream: bytes) -> None:
    with pytest.raises(ModelFailed) as failure:
        events(*(stream[place : place + 100] for place in range(0, len(stream), 100)))
    assert failure.value.reason == "too_large"


def test_a_line_within_the_limit_is_read() -> None:
    assert events(b"data: " + b"x" * 990 + b"\n\n") == ["x" * 990]
