"""Which stream shows which lot, as far as the events of streams tell."""

from collections.abc import Mapping

from agent_runtime.core.wire import Event
from agent_runtime.domains.stream.events import StreamEnded, StreamStarted

LOTS_KEPT = 1000


def streams_after(streams: Mapping[str, str], event: Event) -> Mapping[str, str]:
    """Ids of streams by the lot they show, after `event`; the same mapping when it changes nothing.

    A stream shows a lot from its start to its end; the newest thousand lots are kept.
    """
    match event:
        case StreamStarted(stream_id=stream, auction_id=str(lot)) if streams.get(lot) != stream:
            others = [(other, its) for other, its in streams.items() if other != lot]
            return dict([*others[-(LOTS_KEPT - 1) :], (lot, stream)])
        case StreamEnded(stream_id=stream) if stream in streams.values():
            return {lot: its for lot, its in streams.items() if its != stream}
        case _:
            return streams
