"""Which stream shows a lot is learned from the events of streams, for a bounded number of lots."""

from typing import Any

from agent_runtime.core.events import Envelope
from agent_runtime.core.wire import Event
from agent_runtime.domains.stream import STREAM
from agent_runtime.domains.stream.showing import LOTS_KEPT, streams_after

NOON = "2026-11-21T12:00:00Z"


def event(kind: str, **data: Any) -> Event:
    return STREAM.parse(Envelope(id="e", timestamp=1_795_255_200_000, type=kind, source="stream-manager", data=data))


def started(stream: str, lot: str | None = None) -> Event:
    return event("stream:start", streamId=stream, startTime=NOON, **({"auctionId": lot} if lot else {}))


def ended(stream: str) -> Event:
    return event("stream:end", streamId=stream, endTime=NOON, duration=5)


def test_a_lot_is_shown_from_the_start_of_a_stream_to_its_end() -> None:
    streams = streams_after({}, started("stream-1", "lot-1"))
    streams = streams_after(streams, started("stream-2", "lot-2"))
    assert streams == {"lot-1": "stream-1", "lot-2": "stream-2"}
    assert streams_after(streams, ended("stream-1")) == {"lot-2": "stream-2"}


def test_a_stream_that_starts_anew_takes_the_lot_over() -> None:
    streams = streams_after({"lot-1": "stream-1"}, started("stream-2", "lot-1"))
    assert streams == {"lot-1": "stream-2"}
    assert streams_after(streams, ended("stream-1")) is streams


def test_what_tells_of_no_lot_changes_nothing() -> None:
    streams = {"lot-1": "stream-1"}
    for told in (started("stream-9"), started("stream-1", "lot-1"), ended("stream-9")):
        assert streams_after(streams, told) is streams


def test_the_newest_lots_are_kept() -> None:
    streams = {f"lot-{number}": "stream-1" for number in range(LOTS_KEPT)}
    after = streams_after(streams, started("stream-2", "lot-new"))
    assert len(after) == LOTS_KEPT
    assert next(iter(after)) == "lot-1"
    assert after["lot-new"] == "stream-2"
