"""What the event log remembers: folded again in silence, so that a restart knows what was known before."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import LoggedEvent
from agent_runtime.core.domain import Stage
from agent_runtime.core.events import BadEvent, Envelope
from agent_runtime.core.ports import Events
from agent_runtime.projection.projector import Projector

EVENTS_REMEMBERED = 2000
REMEMBERED_FOR = timedelta(hours=24)
_LASTS = timedelta(days=30)
_PAGE, _PAGES = 200, 5
_FOLDED_AT_ONCE = 100  # then others have their turn


@dataclass(frozen=True, slots=True)
class Ending:
    """The event that ended a lot, and when it was heard (epoch seconds)."""

    cause: str
    heard_at: float


async def remembered(
    events: Events, projector: Projector, clock: Clock, lasting: Sequence[str] = ()
) -> Mapping[str, Ending]:
    """Fold the newest events of auctions again; the lots that are over by them. Raises Unavailable.

    Each is taken in when it was heard, on the clock of now: a countdown has gone on since, a wait is over. Events of
    the types in `lasting` are few and true for longer: they come first, however much was heard since.
    """
    wall, now = clock.time(), clock.monotonic()
    newest = await events.recent(EVENTS_REMEMBERED, heard_since=utc(wall) - REMEMBERED_FOR)
    before = [row for row in await _lasting(events, lasting, wall) if not newest or row.seq < newest[0].seq]
    rows = (*before, *newest)
    endings: dict[str, Ending] = {}
    for number, row in enumerate(rows):
        if number % _FOLDED_AT_ONCE == _FOLDED_AT_ONCE - 1:
            await asyncio.sleep(0)
        heard_at = (row.received_at or row.timestamp).timestamp()
        stage = _recalled(projector, row, now - max(0.0, wall - heard_at))
        if stage is not None:
            _note(endings, stage, Ending(row.id, heard_at))
    return endings


async def _lasting(events: Events, kinds: Sequence[str], wall: float) -> Sequence[LoggedEvent]:
    """Events of these types of the last thirty days, at most a thousand of each, oldest first."""
    found: list[LoggedEvent] = []
    for kind in kinds:
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await events.list(limit=_PAGE, cursor=cursor, kind=kind, since=utc(wall) - _LASTS, dead=False)
            found += page.data
            cursor = page.next_cursor
            if cursor is None:
                break
    return sorted(found, key=lambda row: row.seq)


def _recalled(projector: Projector, row: LoggedEvent, at: float) -> Stage | None:
    milliseconds = int(row.timestamp.timestamp() * 1000)
    envelope = Envelope(id=row.id, timestamp=milliseconds, type=row.type, source=row.source, data=row.data)
    try:
        return projector.recall(envelope, at)
    except BadEvent:
        return None  # an older version understood it


def _note(endings: dict[str, Ending], stage: Stage, ending: Ending) -> None:
    """Know the first event after which a lot was over, or about to be."""
    if stage.is_open:
        endings.pop(stage.subject, None)
    elif stage.kind == "lot" and (stage.outcome is not None or stage.settles_at is not None):
        endings.setdefault(stage.subject, ending)
