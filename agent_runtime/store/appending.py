"""The hottest path: every message that waits, of any session, kept with four statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from agent_runtime.core.conversation import Message, NewMessage
from agent_runtime.core.errors import NotFound
from agent_runtime.store.columns import EPOCH, POSTGRESQL
from agent_runtime.store.shelf import CoreShelf, DriverShelf


class Shelf(Protocol):
    """The four statements of an append."""

    def places(self, session_ids: Sequence[str]) -> Iterable[tuple[str, int, str | None]]:
        """Id, message_count and last message of each session there is, locked until the transaction ends."""
        ...

    def kept(self, message_ids: Sequence[str]) -> Iterable[Message]:
        """Those messages that are kept already."""
        ...

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """Keep new messages."""
        ...

    def advance(self, places: list[dict[str, Any]]) -> None:
        """Move sessions on: `of` the id, `count`, `last` message, `moved` when; `updated_at` never goes back."""
        ...


class _Place:
    """Where a session stands while messages are added to it."""

    __slots__ = ("count", "last_id", "moved")

    def __init__(self, count: int, last_id: str | None) -> None:
        self.count = count
        self.last_id = last_id
        self.moved: datetime | None = None

    def take(self, message: NewMessage) -> dict[str, Any]:
        """The message as a row in the next place."""
        row = {**message.__dict__, "seq": self.count + 1, "parent_id": self.last_id}
        self.count += 1
        self.last_id = message.id
        self.moved = max(self.moved or EPOCH, message.created_at)
        return row


def append(db: Connection, items: Sequence[NewMessage]) -> list[Message | Exception]:
    """Give each message the next place in its session, in order; one that is kept already is returned as kept."""
    shelf: Shelf = CoreShelf(db) if db.dialect.name == POSTGRESQL else DriverShelf(db)
    wanted = sorted({item.session_id for item in items})
    places = {session_id: _Place(count, last_id) for session_id, count, last_id in shelf.places(wanted)}
    # Looked up after the sessions are locked: what another process keeps there is visible now, or not yet begun.
    kept = {message.id: message for message in shelf.kept([item.id for item in items])}
    rows: list[dict[str, Any]] = []
    outcomes: list[Message | Exception] = []
    for item in items:
        if item.id not in kept:
            if item.session_id not in places:
                outcomes.append(NotFound("session", item.session_id))
                continue
            rows.append(places[item.session_id].take(item))
            kept[item.id] = Message(**rows[-1])
        outcomes.append(kept[item.id])
    if rows:
        shelf.insert(rows)
        shelf.advance(_moves(places))
    return outcomes


def _moves(places: dict[str, _Place]) -> list[dict[str, Any]]:
    return [
        {"of": session_id, "count": place.count, "last": place.last_id, "moved": place.moved}
        for session_id, place in places.items()
        if place.moved is not None
    ]
